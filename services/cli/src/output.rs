//! What is said on stdout.

use std::fmt;
use std::io::{self, Write};

/// Says a line on stdout. Whoever closes the pipe (`caseledger report … | head -1`) has read enough, and that is no
/// failure.
pub fn line(text: fmt::Arguments<'_>) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

/// `println!` to a reader who may have gone.
macro_rules! tell {
    ($($text:tt)*) => { $crate::output::line(::std::format_args!($($text)*)) };
}
pub(crate) use tell;
