//! Whose name it is: the caller's own, or that of somebody whom they seek or speak of.

use std::sync::LazyLock;

use super::super::{super::pattern::AnyOf, Scene, Slot};

/// "Her name is", "my mother's name is", "the company name is": of somebody else, unless it is the answer and no other is there.
pub(super) fn is_of_another(scene: &Scene<'_>, at: usize) -> bool {
    let named = matches!(scene.word(at), Some("name" | "names" | "first" | "last"));
    let others = at.checked_sub(1).is_some_and(|before| {
        matches!(scene.word(before), Some("his" | "her" | "their" | "your" | "whose" | "company" | "street"))
            || scene.is_possessive(before)
    });
    // "The resident's name is Jason Adler": whoever is asked for their own name never calls themselves so.
    let of_ours = at.checked_sub(1).and_then(|before| scene.word(before)).is_some_and(|word| {
        matches!(
            word,
            "residents"
                | "tenants"
                | "patients"
                | "clients"
                | "applicants"
                | "sons"
                | "daughters"
                | "mothers"
                | "fathers"
        )
    });
    let own =
        scene.tokens.windows(2).any(|two| two[0].word == "my" && matches!(&*two[1].word, "name" | "names"));
    named && (others || of_ours) && (own || of_ours || scene.context.expecting != Some(Slot::Name))
}

/// Whoever is sought is not who calls.
pub(super) fn is_of_somebody_sought(scene: &Scene<'_>, start: usize) -> bool {
    static SEEKS: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "looking|searching|asking for",
            "trying|want|wants|need|like|have to reach|contact|find",
            "speak|talk|speaking|talking to|with",
            "hold|touch of|with",
        ])
    });
    // "Is she in?", not "my medication is in there".
    static ASKS: LazyLock<AnyOf> =
        LazyLock::new(|| AnyOf::parse(["^ ?so|well|and|hi|hello|but is|are .. there|in|available"]));
    static OF_THEM: LazyLock<AnyOf> = LazyLock::new(|| {
        AnyOf::parse([
            "need|want|wanted|get|know|give|have ?me ?you her|his|their ?new|current number|address|phone|email",
            "im|am her|his|their",
        ])
    });
    let before = scene.tokens.partition_point(|token| token.start < start);
    let asks =
        (0..before).filter(|&at| scene.begins_sentence(at)).any(|at| ASKS.fits(&scene.tokens[at..before]));
    asks || SEEKS.fits(&scene.tokens[..before]) || OF_THEM.fits(&scene.tokens)
}
