//! Puts the compiled style sheet where `include_bytes!` finds it.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=assets/built");
    println!("cargo:rerun-if-changed=assets/plain.css");
    let built = Path::new("assets/built/caseledger.css");
    let styled = built.exists();
    if !styled {
        // Whoever works on the log needs no Node.js; whoever serves people sees this, and the service warns again.
        println!("cargo:warning=the pages have no style sheet yet: 'make assets' compiles it");
    }
    let from = if styled { built } else { Path::new("assets/plain.css") };
    let to = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&to).join("caseledger.css"), fs::read(from)?)?;
    println!("cargo:rustc-check-cfg=cfg(styled)");
    if styled {
        println!("cargo:rustc-cfg=styled");
    }
    Ok(())
}
