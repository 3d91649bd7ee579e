//! Every crate that is linked or built carries a licence that the project has agreed to.

#![expect(clippy::unwrap_used, reason = "a test that cannot ask the compiler has failed")]

use std::{collections::BTreeMap, process::Command};

/// Licences that ask for no more than a notice.
const AGREED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// Is this SPDX expression satisfied? `OR` needs one side, `AND` both; `/` is an old way to write `OR`.
fn agreed(expression: &str) -> bool {
    let expression = expression.trim();
    let inner = expression.strip_prefix('(').and_then(|e| e.strip_suffix(')'));
    if let Some(inner) = inner.filter(|i| !i.contains('(')) {
        return agreed(inner);
    }
    let split = |by: &str| -> Option<Vec<String>> {
        let (mut depth, mut parts, mut part) = (0, Vec::new(), String::new());
        let mut rest = expression;
        while let Some(c) = rest.chars().next() {
            if depth == 0 && rest.starts_with(by) {
                parts.push(std::mem::take(&mut part));
                rest = &rest[by.len()..];
                continue;
            }
            depth += i32::from(c == '(') - i32::from(c == ')');
            part.push(c);
            rest = &rest[c.len_utf8()..];
        }
        parts.push(part);
        (parts.len() > 1).then_some(parts)
    };
    if let Some(parts) = split(" AND ") {
        return parts.iter().all(|p| agreed(p));
    }
    if let Some(parts) = split(" OR ").or_else(|| split("/")) {
        return parts.iter().any(|p| agreed(p));
    }
    AGREED.contains(&expression)
}

/// The platform that this test was built for, as the compiler names it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

#[test]
fn every_dependency_has_an_agreed_licence() {
    let output = Command::new(env!("CARGO"))
        // What other systems would need is neither fetched nor linked here.
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(!packages.is_empty());
    let refused: BTreeMap<&str, &str> = packages
        .iter()
        .map(|p| (p["name"].as_str().unwrap(), p["license"].as_str().unwrap_or("none stated")))
        .filter(|(_, licence)| !agreed(licence))
        .collect();
    assert!(refused.is_empty(), "not agreed: {refused:?}");
}

#[test]
fn an_expression_is_read_as_spdx_means_it() {
    assert!(agreed("MIT OR Apache-2.0"));
    assert!(agreed("MIT/Apache-2.0"));
    assert!(agreed("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(agreed("GPL-3.0 OR MIT"));
    assert!(!agreed("GPL-3.0"));
    assert!(!agreed("MIT AND GPL-3.0"));
    assert!(!agreed("none stated"));
}
