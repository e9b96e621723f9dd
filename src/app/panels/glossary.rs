//! The glossary: every symbol and term, and the equations in force with the present numbers.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::Action;
use crate::app::format::{brief, significant};
use crate::app::state::{Dialog, RunData, State};
use crate::app::style;

const TERMS: &[(&str, &str)] = &[
    (
        "learning rate \u{3b7}",
        "Step size of gradient descent. One step advances training time t by \u{3b7}.",
    ),
    ("batch size B", "Samples in a minibatch."),
    (
        "label noise \u{3c3}",
        "Standard deviation of the noise on every label.",
    ),
    (
        "noise scale \u{3c4} = \u{3b7}/B",
        "Sets the size of every fluctuation of the weights.",
    ),
    ("depth L", "Number of weight matrices."),
    (
        "teacher M = U diag(m) V\u{1d40}",
        "The map to be learned; its strengths m are the sizes of the features.",
    ),
    (
        "mode strength a = u\u{1d40}Wv",
        "How much of a teacher's mode the student's map W has; it grows from 0 to m.",
    ),
    (
        "singular values",
        "The student's own, ordered by size; once aligned they are the mode strengths.",
    ),
    (
        "alignment",
        "How well the student's map takes a mode's input direction to its output direction; 1 when learned, \u{2212}1 for the opposite.",
    ),
    (
        "imbalance",
        "How far neighbouring layers are from equal shares; kept by gradient flow, zero when balanced.",
    ),
    (
        "diffusion D",
        "Growth of the variance of a mode strength per unit of training time, exact for the present weights.",
    ),
    (
        "law D(s)",
        "The diffusion of an aligned, balanced mode of strength s; it has a hill before s reaches m.",
    ),
    (
        "diffusion peak (diamond)",
        "The largest diffusion so far; hollow until the diffusion has fallen by 5 %. Only values between 10 % and 95 % of the teacher's \
         strength count: below, the diffusion of a small mode is moved by the larger ones.",
    ),
    (
        "noise of the student's own features",
        "Diffusion along the student's own singular pairs, for which no teacher is needed (menu View). What is being learned is then told \
         from weights and gradients alone: a pair's target is its singular value plus drift over curvature.",
    ),
    (
        "learned (disc)",
        "The strength has reached 95 % of the teacher's.",
    ),
    (
        "lead",
        "Steps from the diffusion peak to the moment a feature is learned.",
    ),
    (
        "saddle, plateau",
        "Where some features are learned and the others not begun: the loss stands still.",
    ),
    (
        "temperature T",
        "Variance of a mode at rest by the Boltzmann approximation, \u{3c4}\u{3c3}\u{b2}Lm^(2\u{2212}2/L)/2.",
    ),
    (
        "stationary law",
        "The distribution of a mode strength after a long time: a point without label noise, nearly a bell with it.",
    ),
    (
        "stability limit",
        "2/(L m^(2\u{2212}2/L)): above it, full-batch descent leaves the minimum.",
    ),
    (
        "trapped",
        "With two layers, one input, one output and much noise, \u{3c4}(2m\u{b2}+\u{3c3}\u{b2})/(2m) \u{2265} 1, a mode never leaves the \
         saddle. In wider networks noise drives the weights away from zero.",
    ),
    (
        "noise balance",
        "The layers' weights at which label noise has stopped moving their balance: d_in|W\u{2082}|\u{b2} = d_out|W\u{2081}|\u{b2} for two \
         layers. Every mode is weaker there by \u{3b8}, and one below \u{3b8} is lost.",
    ),
    (
        "locked out",
        "From three layers on: a late, weak feature whose outer weights the noise of learned features damps out before it is learned.",
    ),
    (
        "momentum \u{3bc}",
        "What a step keeps of the one before it: v \u{2190} \u{3bc}v \u{2212} \u{3b7}g, W \u{2190} W + v. In small steps the path is that of plain \
         descent at the rate \u{3b7}/(1\u{2212}\u{3bc}), and the end hotter: T = \u{3c4}\u{3c3}\u{b2}\u{3bb}/(2(1\u{2212}\u{3bc})). Above \u{3bc} = (1\u{2212}\u{221a}(\u{3b7}\u{3bb}))\u{b2} a mode \
         of curvature \u{3bb} swings; the largest stable rate is 2(1+\u{3bc})/\u{3bb}. Nesterov takes the gradient where the momentum leads: \
         2(1+\u{3bc})/((1+2\u{3bc})\u{3bb}).",
    ),
    (
        "weight decay \u{3bb}",
        "A penalty \u{3bb}/2 times the sum of all squared weights. Two layers: every mode ends at m \u{2212} \u{3bb}, and one below \u{3bb} is lost, \
         a soft threshold. Three or more: what is too weak is lost in a jump, and so is a mode that starts too low. Coupled decay goes \
         through the momentum; decoupled decay shrinks the weights beside it.",
    ),
    (
        "decay and label noise",
        "Kin: label noise moves the weights as if the loss had (\u{3c4}\u{3c3}\u{b2}/4) times the trace of its Hessian more. At the noise balance \
         that is a multiple of the same sum of singular values that weight decay makes of two layers, so both take the same amount \
         from every mode: \u{3bb} there, \u{3b8} = \u{3c4}\u{3c3}\u{b2}\u{221a}(d_in d_out)/2 here. Decay forgets any imbalance of the layers, noise prefers \
         one of its own.",
    ),
    (
        "schedule",
        "A course of a live parameter over the steps, from the value that is set: warm-up, step, cosine, exponential, 1/t, when a mode \
         is learned, or drawn with the pointer. Training time stays the sum of \u{3b7}.",
    ),
    (
        "Adam, RMSProp",
        "Steps divided by the size of each weight's gradients, shown as a reference: no law of this program is about them. The \
         diffusion drawn is that of their gradients, exact for the present weights.",
    ),
    (
        "curvature \u{3bb}",
        "Second derivative of the loss along a mode at the present weights; its variance under label noise is \u{3c4}\u{3c3}\u{b2}\u{3bb}/2.",
    ),
    (
        "mode equation",
        "The stochastic equation of one mode alone, for aligned and balanced weights.",
    ),
    (
        "kept run",
        "The curves of an earlier run, drawn behind the present one at 35 % of each mode's colour.",
    ),
    (
        "exact density, Boltzmann",
        "The stationary law of the mode equation, and the Gaussian that approximates it.",
    ),
];

/// Draws the glossary.
pub(crate) fn glossary(ctx: &egui::Context, state: &State) -> Option<Action> {
    let run = &state.run;
    let mut is_open = true;
    let size = ctx.content_rect().size();
    egui::Window::new("Glossary")
        .open(&mut is_open)
        .collapsible(false)
        .default_size([520.0_f32.min(0.9 * size.x), 0.75 * size.y])
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                equations(ui, run);
                ui.separator();
                for (term, meaning) in TERMS {
                    ui.label(RichText::new(*term).strong());
                    ui.label(*meaning);
                    ui.add_space(3.0);
                }
            });
        });
    let is_closed = !is_open || ctx.input(|input| input.key_pressed(egui::Key::Escape));
    is_closed.then_some(Action::Show(Dialog::None))
}

/// The mode equation of every mode with its numbers.
fn equations(ui: &mut Ui, run: &RunData) {
    ui.heading("Equations in force");
    let depth = run.experiment.network.depth();
    let live = run.in_force;
    ui.label(format!(
        "L = {depth}, \u{3b7} = {}, B = {}, \u{3c3} = {}: \u{3c4} = {}",
        brief(live.learning_rate, 4),
        live.batch_size,
        brief(live.label_noise_std, 4),
        significant(run.mode_law(0).noise_scale, 4)
    ));
    ui.label(
        "For fresh samples and aligned, balanced weights, with V(s) = 2(s \u{2212} m)\u{b2} + \u{3c3}\u{b2}:",
    );
    ui.label(
        "ds = [L s^(2\u{2212}2/L) (m \u{2212} s) + (\u{3c4}/2) L(L\u{2212}1) s^(3\u{2212}4/L) V(s)] dt + \u{221a}D(s) d\u{3b2}",
    );
    ui.label("D(s) = \u{3c4} L\u{b2} s^(4\u{2212}4/L) V(s)");
    if live.has_decay() {
        ui.label(format!(
            "Weight decay \u{3bb} = {}: the drift has \u{2212}L \u{3bb} s more.",
            brief(live.weight_decay, 4)
        ));
    }
    if live.has_momentum() {
        ui.label(format!(
            "Momentum \u{3bc} = {}: in the time t/(1 \u{2212} \u{3bc}), with \u{3c4}/(1 \u{2212} \u{3bc}) for \u{3c4}.",
            brief(live.momentum, 4)
        ));
    }
    if run.experiment.dynamics().is_adaptive() {
        ui.label("The steps of this run are adaptive: none of this is about them.");
    }
    for mode in 0..run.rank() {
        let law = run.mode_law(mode);
        let peak = law.diffusion_peak().map_or_else(
            || "no peak before it is learned".to_owned(),
            |strength| format!("D peaks at s* = {}", significant(strength, 4)),
        );
        let text = format!(
            "mode {}: m = {}, {peak}, temperature {}",
            mode + 1,
            brief(law.teacher_strength, 4),
            significant(law.temperature(), 4)
        );
        ui.label(RichText::new(text).color(style::mode_text_color(mode, ui.visuals())));
    }
}
