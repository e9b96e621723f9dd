//! The law of every mode over time as areas between its quantiles: 1 and 99 %, 10 and 90 %, 25 and 75 %.

use super::drawing::OverTime;
use super::pen::{LawBand, Pen, Role};
use super::picture::{Band, Sign};

/// Areas from the widest on, with the standard normal variable below which 99, 90 and 75 % lie.
const BANDS: [(LawBand, f64); 3] = [
    (LawBand::Nearly, 2.326_347_874_040_841),
    (LawBand::Most, 1.281_551_565_544_600_4),
    (LawBand::Half, 0.674_489_750_196_081_7),
];

/// Draws the areas of every mode, as far as its law has been followed.
pub(super) fn law_bands(plot: &mut OverTime<'_, '_>) {
    let (known, time, scale) = (plot.known, plot.options.time, plot.scale());
    let Some(densities) = known.densities else { return };
    for (mode, density) in densities.modes().iter().enumerate() {
        let course: Vec<_> = density
            .course()
            .map(|(at, law)| (known.place_at(time, at), law))
            .collect();
        if course.len() < 2 {
            continue;
        }
        for (band, normal) in BANDS {
            let pen = plot.pen(Role::Law(band), mode);
            // What has no place on the axis lies at its lower end.
            let edge = |normal: f64| {
                course
                    .iter()
                    .map(|(_, law)| scale.position(law.at(normal)))
                    .collect()
            };
            plot.picture.bands.push(Band {
                name: format!("law of mode {}", mode + 1),
                pen,
                xs: course.iter().map(|(x, _)| *x).collect(),
                low: edge(-normal),
                high: edge(normal),
            });
        }
    }
    let pen = Pen::of_mode(Role::Law(LawBand::Half), 0);
    plot.picture.explain("law of the mode equation", pen, Sign::Area);
}
