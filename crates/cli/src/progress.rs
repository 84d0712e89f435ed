use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use plimsoll::{Observer, Progress};

/// Bars on standard error while it is a terminal; silent otherwise.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Bars {
    pub(crate) fn new() -> Self {
        let all = if std::io::stderr().is_terminal() {
            MultiProgress::new()
        } else {
            MultiProgress::with_draw_target(ProgressDrawTarget::hidden())
        };
        Self { all, bars: Mutex::default() }
    }

    /// Takes the bars off the screen.
    pub(crate) fn clear(&self) {
        // The terminal may be gone, and then so are the bars.
        let _ = self.all.clear();
    }

    fn show(&self, name: String, template: &str, done: u64, total: Option<u64>) {
        let Ok(mut bars) = self.bars.lock() else { return };
        let bar = bars.entry(name).or_insert_with_key(|name| {
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = self.all.add(ProgressBar::new(total.unwrap_or(0)).with_style(style));
            bar.set_message(plimsoll::clean(name).to_string());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_position(done);
        if total.is_some_and(|total| done >= total) {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Bars {
    fn progress(&self, progress: Progress<'_>) {
        match progress {
            Progress::Layer { index, read, total } => {
                let template = "{msg:<12} {bar:32} {bytes:>10}/{total_bytes} {bytes_per_sec}";
                self.show(format!("layer {index}"), template, read, total);
            }
            Progress::Import { name, done, total } => {
                self.show(name.to_owned(), "{msg:<32!} {bar:32} {pos:>8}/{len} {per_sec}", done, total);
            }
            Progress::Download { name, done, total } => {
                self.show(
                    name.to_owned(),
                    "{msg:<48!} {bytes:>10}/{total_bytes} {bytes_per_sec}",
                    done,
                    total,
                );
            }
            Progress::Export { name, done, total } => {
                self.show(name.to_owned(), "{msg:<32!} {bar:32} {bytes:>10}/{total_bytes}", done, total);
            }
            _ => {}
        }
    }
}
