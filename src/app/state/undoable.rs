//! What undo takes back and redo makes again.

use super::draft::Draft;
use super::speed::SpeedSetting;
use super::view_settings::ViewSettings;
use crate::dynamics::LiveParams;

/// Every setting that undo covers, as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undoable {
    pub(crate) draft: Draft,
    pub(crate) live: LiveParams,
    pub(crate) speed: SpeedSetting,
    pub(crate) view: ViewSettings,
}
