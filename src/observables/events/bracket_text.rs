//! What a bracket from the peak of a mode's diffusion to the moment it is learned says, in the window and in figures.

use super::ModeEvents;
use crate::format::grouped;

impl ModeEvents {
    /// Text beside the bracket of `mode`, counted from 0: by how many steps the peak leads, in measurement and in theory, once
    /// the mode is learned.
    pub fn bracket_text(&self, mode: usize, is_short: bool) -> String {
        let Some(lead) = self.lead() else {
            let has_peaked = self.peak.is_some_and(|peak| peak.confirmed);
            return match (has_peaked, is_short) {
                (true, true) => "noise has peaked".to_owned(),
                (true, false) => format!("noise of feature {} has peaked", mode + 1),
                (false, true) => "highest so far".to_owned(),
                (false, false) => format!("noise of feature {} is at its highest so far", mode + 1),
            };
        };
        let theory = lead.steps_predicted().map_or_else(
            || "theory: no peak".to_owned(),
            |steps| format!("theory {steps:.0}"),
        );
        if is_short {
            format!("leads by {} ({theory})", grouped(lead.steps))
        } else {
            format!("noise peak leads by {} steps ({theory})", grouped(lead.steps))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observables::events::{Moment, Peak};

    #[test]
    fn a_bracket_says_how_far_it_is() {
        let peak = Peak {
            step: 1000,
            time: 5.0,
            strength: 1.0,
            diffusion: 0.1,
            confirmed: false,
        };
        let mut events = ModeEvents {
            peak: Some(peak),
            ..ModeEvents::default()
        };
        assert_eq!(
            events.bracket_text(1, false),
            "noise of feature 2 is at its highest so far"
        );
        events.peak = Some(Peak {
            confirmed: true,
            ..peak
        });
        assert_eq!(events.bracket_text(1, false), "noise of feature 2 has peaked");
        assert_eq!(events.bracket_text(1, true), "noise has peaked");
        events.learned = Some(Moment {
            step: 2234,
            time: 11.17,
        });
        assert_eq!(
            events.bracket_text(1, false),
            "noise peak leads by 1\u{2009}234 steps (theory: no peak)"
        );
        events.lead_predicted = Some(6.0);
        assert_eq!(
            events.bracket_text(1, true),
            "leads by 1\u{2009}234 (theory 1200)"
        );
    }
}
