//! The encoder against numbers computed elsewhere, and against meaning.

use super::*;

/// The model, where it has been fetched; the reason why not is printed, and the test then has nothing to say.
fn encoder() -> Option<Encoder> {
    let folder = std::env::var_os("PORTICO_MODELS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models"), PathBuf::from)
        .join("all-minilm-l6-v2");
    if !folder.join("model.safetensors").is_file() {
        println!("skipped: the sentence encoder is not in {}; run `make models`", folder.display());
        return None;
    }
    Some(Encoder::open(&folder).unwrap())
}

#[test]
fn what_means_the_same_lies_nearer_than_what_does_not() {
    let Some(encoder) = encoder() else { return };
    let near = |a: &str, b: &str| cosine(&encoder.embed(a).unwrap(), &encoder.embed(b).unwrap());
    let leak = "there is water coming through my ceiling";
    let same = near(leak, "the roof in the bathroom is leaking");
    let other = near(leak, "i would like to see the two bedroom apartment");
    assert!(same > other + 0.2, "{same} {other}");
    assert!(near("Is the apartment still available?", "is the apartment still available") > 0.9);
    let itself = near(leak, leak);
    assert!((itself - 1.0).abs() < 1e-5, "{itself}");
}

#[test]
fn any_text_has_a_vector() {
    let Some(encoder) = encoder() else { return };
    let long = "my sink leaks and ".repeat(2_000);
    for text in ["", " ", "\0", "❄️🔥", "日本語", "é", long.as_str(), "\u{202e}abc"] {
        let vector = encoder.embed(text).unwrap();
        let length = cosine(&vector, &vector);
        assert!((length - 1.0).abs() < 1e-4, "{length}");
    }
}

#[test]
fn a_folder_without_the_model_says_what_to_do() {
    let error = Encoder::open(Path::new("/nowhere")).unwrap_err();
    assert!(error.to_string().contains("make models"), "{error}");
}

/// Computed once from the same weights by a double-precision reference, written apart from this code.
#[test]
fn the_vectors_are_those_of_the_model_as_published() {
    let Some(encoder) = encoder() else { return };
    for (text, head, tail) in [
        (
            "there is water coming through my ceiling",
            [0.06767, 0.00693, 0.03578, -0.03404, 0.05295, -0.03819, 0.03284, -0.02454],
            [0.01751, -0.04647, -0.01212, 0.04638],
        ),
        (
            "Is the two-bedroom still available?",
            [0.06239, -0.06261, 0.01636, 0.05948, -0.0176, 0.05178, -0.13785, -0.0391],
            [0.00551, -0.05637, -0.02311, 0.02524],
        ),
    ] {
        let vector = encoder.embed(text).unwrap();
        for (found, expected) in vector[..8].iter().chain(&vector[380..]).zip(head.iter().chain(&tail)) {
            assert!((found - expected).abs() < 2e-5, "{text}: {found} for {expected}");
        }
    }
}
