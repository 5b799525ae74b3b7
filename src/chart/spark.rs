//! A line of figures in a line of text.
//!
//! In: figures over time. Out: a block for each, as high as the figure is among them from zero on; a
//! blank where there is none. Never: colour or control characters.

/// From lowest to highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Figures as blocks.
pub fn spark(values: &[Option<i128>]) -> String {
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().min().unwrap_or(0).min(0), known().max().unwrap_or(0).max(0));
    let span = (high - low).max(1);
    let block = |value: &Option<i128>| {
        let eighths = value.map(|it| (it - low) * 7 / span);
        eighths.and_then(|it| BLOCKS.get(usize::try_from(it).ok()?)).copied().unwrap_or(' ')
    };
    values.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_as_high_as_they_are_and_gaps_are_blank() {
        assert_eq!(spark(&[Some(0), Some(50), None, Some(100)]), "▁▄ █");
        assert_eq!(spark(&[]), "");
        assert_eq!(spark(&[Some(-1), Some(0), Some(1)]), "▁▄█");
        assert_eq!(spark(&[Some(0), Some(0)]), "▁▁");
    }
}
