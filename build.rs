//! Says where the speech libraries are, for linking and for starting, and stops with the cure when they are missing.

use std::{
    env,
    path::{Path, PathBuf},
    process::exit,
    time::{SystemTime, UNIX_EPOCH},
};

const LIBRARIES: [&str; 2] = ["libsherpa-onnx-c-api.so", "libonnxruntime.so"];
const FOLDER: &str = "sherpa-onnx-core/lib";

#[expect(clippy::disallowed_methods, reason = "a build has a date; the program has a clock of its own")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The clock of the building machine: a wall clock that shows less than this is wrong (see app/clock.rs).
    let built = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    println!("cargo::rustc-env=PORTICO_BUILT_UNIX={built}");
    for name in ["SHERPA_ONNX_LIB_DIR", "PORTICO_MODELS"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    if env::var_os("CARGO_FEATURE_SHERPA").is_some() {
        sherpa();
    }
    if env::var_os("CARGO_FEATURE_FLITE").is_some() {
        flite();
    }
}

fn sherpa() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = if let Some(folder) = env::var_os("SHERPA_ONNX_LIB_DIR") {
        PathBuf::from(folder)
    } else if let Some(models) = env::var_os("PORTICO_MODELS") {
        Path::new(&models).join(FOLDER)
    } else {
        root.join("models").join(FOLDER)
    };
    for library in LIBRARIES {
        let path = folder.join(library);
        println!("cargo::rerun-if-changed={}", path.display());
        if !path.is_file() {
            stop(&format!(
                "the speech libraries are not in {}: run `make models` (or `python3 models/fetch.py`), or build \
                 without speech: --no-default-features",
                folder.display()
            ));
        }
    }
    let folder = folder.canonicalize().unwrap_or(folder);
    println!("cargo::rustc-link-search=native={}", folder.display());
    // First as installed (bin/portico beside lib/portico), then as built (target/*/portico), then where they are now.
    // Tests and benches lie one folder deeper than the binary.
    for path in [
        "$ORIGIN/../lib/portico",
        "$ORIGIN/../../models/sherpa-onnx-core/lib",
        "$ORIGIN/../../../models/sherpa-onnx-core/lib",
    ] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{path}");
    }
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
}

fn flite() {
    // The voices first: they need the lexicon, the lexicon needs the language, and all need the engine.
    for library in [
        "flite_cmu_us_rms",
        "flite_cmu_us_slt",
        "flite_cmu_us_awb",
        "flite_cmu_us_kal16",
        "flite_cmulex",
        "flite_usenglish",
        "flite",
    ] {
        println!("cargo::rustc-link-lib=dylib={library}");
    }
    let header = Path::new("/usr/include/flite/flite.h");
    println!("cargo::rerun-if-changed={}", header.display());
    if !header.is_file() && env::var_os("FLITE_ELSEWHERE").is_none() {
        stop(
            "the synthesiser's library is not installed: apt-get install flite1-dev (set FLITE_ELSEWHERE=1 if the \
             linker finds it in another place), or build without speech: --no-default-features",
        );
    }
}

fn stop(why: &str) -> ! {
    println!("cargo::error={why}");
    exit(1)
}
