//! What a bracket from the peak of a mode's diffusion to the moment it is learned says, in the window and in figures.

use super::ModeEvents;
use crate::format::grouped;

impl ModeEvents {
    /// Texts beside the bracket of `mode`, counted from 0, from the longest to the shortest: by how many steps the peak leads, in
    /// measurement and in theory, once the mode is learned.
    pub fn bracket_texts(&self, mode: usize) -> [String; 3] {
        let Some(lead) = self.lead() else {
            let feature = mode + 1;
            return if self.peak.is_some_and(|peak| peak.confirmed) {
                let long = format!("noise of feature {feature} has peaked");
                [long, "noise has peaked".to_owned(), "peaked".to_owned()]
            } else {
                let long = format!("noise of feature {feature} is at its highest so far");
                [long, "highest so far".to_owned(), "highest".to_owned()]
            };
        };
        let theory = lead.steps_predicted().map_or_else(
            || "theory: no peak".to_owned(),
            |steps| format!("theory {steps:.0}"),
        );
        let steps = grouped(lead.steps);
        [
            format!("noise peak leads by {steps} steps ({theory})"),
            format!("leads by {steps} ({theory})"),
            format!("leads by {steps}"),
        ]
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
            events.bracket_texts(1)[0],
            "noise of feature 2 is at its highest so far"
        );
        events.peak = Some(Peak {
            confirmed: true,
            ..peak
        });
        assert_eq!(events.bracket_texts(1)[0], "noise of feature 2 has peaked");
        assert_eq!(events.bracket_texts(1)[1], "noise has peaked");
        events.learned = Some(Moment {
            step: 2234,
            time: 11.17,
        });
        assert_eq!(
            events.bracket_texts(1)[0],
            "noise peak leads by 1\u{2009}234 steps (theory: no peak)"
        );
        events.lead_predicted = Some(6.0);
        assert_eq!(events.bracket_texts(1)[1], "leads by 1\u{2009}234 (theory 1200)");
    }
}
