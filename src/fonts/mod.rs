//! The faces that pictures and paper are set in.
//!
//! In: nothing. Out: the bytes of font files, compiled in. Never: a font of the machine, with which the
//! same report would be other bytes elsewhere.

/// The family of all faces.
pub(crate) const FAMILY: &str = "Inter";

/// Upright, half bold, bold, and slanted.
pub(crate) const FACES: [&[u8]; 4] = [
    include_bytes!("Inter-Regular.otf"),
    include_bytes!("Inter-SemiBold.otf"),
    include_bytes!("Inter-Bold.otf"),
    include_bytes!("Inter-Italic.otf"),
];
