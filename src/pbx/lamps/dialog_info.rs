//! The document that a lamp is told by (RFC 4235, 4): always the full state, so that a lost one does no harm.

use std::fmt::Write;

use super::Stage;
use crate::{
    pbx::xml::escaped,
    sip::{Identity, wire::escape_user},
};

/// One dialog of whoever is watched.
#[derive(Debug)]
pub(super) struct Dialog {
    pub(super) id: String,
    pub(super) stage: Stage,
    /// It has called, and was not called.
    pub(super) initiator: bool,
    /// Whom it talks with; `None` where lamps do not show that.
    pub(super) remote: Option<Identity>,
}

/// The whole document. No dialogs: idle.
pub(super) fn document(user: &str, realm: &str, version: u32, dialogs: &[Dialog]) -> String {
    let entity = escaped(&format!("sip:{}@{realm}", escape_user(user)));
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"full\" entity=\"{entity}\">\n"
    );
    for dialog in dialogs {
        let direction = if dialog.initiator { "initiator" } else { "recipient" };
        let state = match dialog.stage {
            Stage::Trying => "trying",
            Stage::Early => "early",
            Stage::Confirmed => "confirmed",
        };
        // Writing to a string cannot fail.
        let _ = write!(
            xml,
            "<dialog id=\"{}\" direction=\"{direction}\">\n<state>{state}</state>\n\
             <local><identity>{entity}</identity><target uri=\"{entity}\"/></local>\n",
            escaped(&dialog.id)
        );
        if let Some(remote) = &dialog.remote {
            let uri = escaped(&format!("sip:{}@{realm}", escape_user(&remote.user)));
            let display = match remote.display.as_str() {
                "" => String::new(),
                name => format!(" display=\"{}\"", escaped(name)),
            };
            let _ =
                writeln!(xml, "<remote><identity{display}>{uri}</identity><target uri=\"{uri}\"/></remote>");
        }
        xml.push_str("</dialog>\n");
    }
    xml.push_str("</dialog-info>\n");
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_the_document() {
        let remote = Identity { user: "+1303\"><x".into(), display: "O'Neil & \"Sons\" <b>\u{0}\n".into() };
        let dialog =
            Dialog { id: "leg-1".into(), stage: Stage::Early, initiator: false, remote: Some(remote) };
        let xml = document("102", "office.example", 4, &[dialog]);
        assert!(xml.contains("display=\"O&apos;Neil &amp; &quot;Sons&quot; &lt;b&gt;\""), "{xml}");
        assert!(!xml.contains("<x"), "{xml}");
        assert!(xml.contains("version=\"4\" state=\"full\" entity=\"sip:102@office.example\""), "{xml}");
        assert_eq!(xml.matches("<dialog ").count(), 1);
    }

    #[test]
    fn nobody_is_a_document_without_dialogs() {
        let xml = document("102", "office.example", 0, &[]);
        assert!(!xml.contains("<dialog "), "{xml}");
        assert!(xml.ends_with("</dialog-info>\n"));
    }
}
