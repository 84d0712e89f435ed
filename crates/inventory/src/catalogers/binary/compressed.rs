use flate2::{Decompress, FlushDecompress, Status};

/// A compressed text that may begin somewhere in a file, inflated as the file goes by.
pub(super) struct Trial {
    pub(super) decoder: Decompress,
    /// What it gave so far.
    pub(super) text: Vec<u8>,
}

/// What has become of a trial.
pub(super) enum Outcome {
    /// The rest of the file has yet to come.
    Open,
    /// The text is whole.
    Whole,
    /// It is not what is looked for.
    Nothing,
}

/// Bytes that are inflated before it is known whether the text is what is looked for.
const FIRST: usize = 64;

impl Trial {
    pub(super) fn new(decoder: Decompress) -> Self {
        Self { decoder, text: Vec::new() }
    }

    /// Inflates what comes next. `fits` says of the beginning of a text whether it can be what is looked for; most
    /// are not, and so a few bytes decide.
    pub(super) fn feed(&mut self, mut input: &[u8], max: usize, fits: impl Fn(&[u8]) -> bool) -> Outcome {
        let mut chunk = [0; 4096];
        loop {
            let (before_in, before_out) = (self.decoder.total_in(), self.decoder.total_out());
            let room = if self.text.len() < FIRST { FIRST } else { chunk.len() };
            let Some(space) = chunk.get_mut(..room) else { return Outcome::Nothing };
            let Ok(status) = self.decoder.decompress(input, space, FlushDecompress::None) else {
                return Outcome::Nothing;
            };
            let step = |now: u64, before: u64| usize::try_from(now.saturating_sub(before)).unwrap_or(0);
            let used = step(self.decoder.total_in(), before_in);
            let made = step(self.decoder.total_out(), before_out);
            input = input.get(used..).unwrap_or_default();
            self.text.extend_from_slice(space.get(..made).unwrap_or_default());
            if !fits(&self.text) || self.text.len() > max {
                return Outcome::Nothing;
            }
            match status {
                Status::StreamEnd => return Outcome::Whole,
                _ if input.is_empty() && made < room => return Outcome::Open,
                _ if used == 0 && made == 0 => return Outcome::Nothing,
                _ => {}
            }
        }
    }
}
