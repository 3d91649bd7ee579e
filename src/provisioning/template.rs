//! Templates of phone settings: a small language that fails loudly on a name it does not know.
//!
//! `{{ name }}` writes a value, `{{ name * 5 + 23000 }}` reckons with a whole number; `{% for key in keys %}` … `{% end %}`
//! repeats; `{% if name %}`, `{% if name = word %}`, `{% else %}`, `{% end %}` choose. A line that holds nothing but one of
//! these is left out of what is written.

use std::collections::BTreeMap;

/// What a template can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// Rows of a repetition; each has the same names.
    Rows(Vec<BTreeMap<&'static str, String>>),
}

/// Names and their values.
pub type Values = BTreeMap<&'static str, Value>;

/// How values are written, so that none can break out of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// One setting a line: what could end a line is left out.
    Line,
    Xml,
}

/// What is wrong with a template; `line` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("line {line}: nothing is called `{name}`")]
    Unknown { line: usize, name: String },
    #[error("line {line}: `{what}` is no instruction")]
    Syntax { line: usize, what: String },
    #[error("line {line}: `{name}` is no whole number")]
    NoNumber { line: usize, name: String },
    #[error("line {line}: {{% for %}} or {{% if %}} is not ended, or something is ended that was not begun")]
    Unbalanced { line: usize },
}

/// One template, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Write { line: usize, name: String, times: i64, plus: Option<i64> },
    For { line: usize, row: String, rows: String, body: Vec<Part> },
    If { line: usize, name: String, is: Option<String>, then: Vec<Part>, otherwise: Vec<Part> },
}

/// What a tag says.
enum Tag {
    Write(Part),
    For { row: String, rows: String },
    If { name: String, is: Option<String> },
    Else,
    End,
}

/// A repetition or a choice that is being read.
struct Open {
    line: usize,
    tag: Tag,
    parts: Vec<Part>,
    then: Option<Vec<Part>>,
}

impl Template {
    /// Reads a template's text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut open = vec![Open { line: 1, tag: Tag::End, parts: Vec::new(), then: None }];
        for (at, whole) in text.split_inclusive('\n').enumerate() {
            let line = at + 1;
            let alone = whole.trim();
            let is_alone =
                alone.starts_with("{%") && alone.ends_with("%}") && alone.matches("{%").count() == 1;
            let mut rest = if is_alone { alone } else { whole };
            while let Some(begin) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
                put(&mut open, Part::Text(rest[..begin].to_owned()));
                let (close, writes) =
                    if rest[begin..].starts_with("{{") { ("}}", true) } else { ("%}", false) };
                let syntax = || TemplateError::Syntax { line, what: rest[begin..].trim().to_owned() };
                let end = rest[begin..].find(close).map(|end| begin + end).ok_or_else(syntax)?;
                let inner = rest[begin + 2..end].trim();
                let tag = if writes { written(line, inner) } else { instruction(inner) };
                take(&mut open, line, tag.ok_or_else(syntax)?)?;
                rest = &rest[end + 2..];
            }
            put(&mut open, Part::Text(rest.to_owned()));
        }
        match (open.pop(), open.is_empty()) {
            (Some(whole), true) => Ok(Self { parts: whole.parts }),
            (Some(Open { line, .. }), false) => Err(TemplateError::Unbalanced { line }),
            (None, _) => Err(TemplateError::Unbalanced { line: 1 }),
        }
    }

    /// The text with these values.
    pub fn render(&self, values: &Values, escape: Escape) -> Result<String, TemplateError> {
        let mut out = String::new();
        write(&self.parts, values, None, escape, &mut out)?;
        Ok(out)
    }
}

fn put(open: &mut [Open], part: Part) {
    if part != Part::Text(String::new())
        && let Some(innermost) = open.last_mut()
    {
        innermost.parts.push(part);
    }
}

fn take(open: &mut Vec<Open>, line: usize, tag: Tag) -> Result<(), TemplateError> {
    match tag {
        Tag::Write(part) => put(open, part),
        Tag::For { .. } | Tag::If { .. } => open.push(Open { line, tag, parts: Vec::new(), then: None }),
        Tag::Else => match open.last_mut() {
            Some(Open { tag: Tag::If { .. }, parts, then: then @ None, .. }) => {
                *then = Some(std::mem::take(parts))
            }
            _ => return Err(TemplateError::Unbalanced { line }),
        },
        Tag::End => {
            let closed = if open.len() > 1 { open.pop() } else { None };
            let part = match closed {
                Some(Open { line, tag: Tag::For { row, rows }, parts: body, .. }) => {
                    Part::For { line, row, rows, body }
                }
                Some(Open { line, tag: Tag::If { name, is }, parts, then }) => match then {
                    Some(then) => Part::If { line, name, is, then, otherwise: parts },
                    None => Part::If { line, name, is, then: parts, otherwise: Vec::new() },
                },
                _ => return Err(TemplateError::Unbalanced { line }),
            };
            put(open, part);
        }
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b))
}

/// `name`, `name + 1`, `name * 5`, `name * 5 + 23000`.
fn written(line: usize, inner: &str) -> Option<Tag> {
    let words: Vec<&str> = inner.split_whitespace().collect();
    let (name, times, plus) = match words[..] {
        [name] => (name, 1, None),
        [name, "*", times] => (name, times.parse().ok()?, Some(0)),
        [name, "+", plus] => (name, 1, Some(plus.parse().ok()?)),
        [name, "*", times, "+", plus] => (name, times.parse().ok()?, Some(plus.parse().ok()?)),
        _ => return None,
    };
    is_name(name).then(|| Tag::Write(Part::Write { line, name: name.to_owned(), times, plus }))
}

fn instruction(inner: &str) -> Option<Tag> {
    let words: Vec<&str> = inner.split_whitespace().collect();
    match words[..] {
        ["for", row, "in", rows] if is_name(row) && is_name(rows) => {
            Some(Tag::For { row: row.to_owned(), rows: rows.to_owned() })
        }
        ["if", name] if is_name(name) => Some(Tag::If { name: name.to_owned(), is: None }),
        ["if", name, "=", word] if is_name(name) => {
            Some(Tag::If { name: name.to_owned(), is: Some(word.to_owned()) })
        }
        ["else"] => Some(Tag::Else),
        ["end"] => Some(Tag::End),
        _ => None,
    }
}

/// The row of the innermost repetition, by its name.
type Row<'a> = Option<(&'a str, &'a BTreeMap<&'static str, String>)>;

fn look_up<'a>(values: &'a Values, row: Row<'a>, line: usize, name: &str) -> Result<&'a str, TemplateError> {
    let unknown = || TemplateError::Unknown { line, name: name.to_owned() };
    if let (Some((of, fields)), Some((prefix, field))) = (row, name.split_once('.'))
        && prefix == of
    {
        return fields.get(field).map(String::as_str).ok_or_else(unknown);
    }
    match values.get(name) {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Rows(_)) | None => Err(unknown()),
    }
}

fn write(
    parts: &[Part],
    values: &Values,
    row: Row<'_>,
    escape: Escape,
    out: &mut String,
) -> Result<(), TemplateError> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Write { line, name, times, plus } => {
                let value = look_up(values, row, *line, name)?;
                match plus {
                    None => escape.write(value, out),
                    Some(plus) => {
                        let no_number = || TemplateError::NoNumber { line: *line, name: name.clone() };
                        let number: i64 = value.parse().map_err(|_| no_number())?;
                        let reckoned =
                            number.checked_mul(*times).and_then(|product| product.checked_add(*plus));
                        out.push_str(&reckoned.ok_or_else(no_number)?.to_string());
                    }
                }
            }
            Part::For { line, row: named, rows, body } => {
                let Some(Value::Rows(rows)) = values.get(rows.as_str()) else {
                    return Err(TemplateError::Unknown { line: *line, name: rows.clone() });
                };
                for fields in rows {
                    write(body, values, Some((named, fields)), escape, out)?;
                }
            }
            Part::If { line, name, is, then, otherwise } => {
                let holds = match (values.get(name.as_str()), is) {
                    (Some(Value::Rows(rows)), None) => !rows.is_empty(),
                    (_, is) => {
                        let value = look_up(values, row, *line, name)?;
                        is.as_ref().map_or(!value.is_empty(), |word| value == word)
                    }
                };
                write(if holds { then } else { otherwise }, values, row, escape, out)?;
            }
        }
    }
    Ok(())
}

impl Escape {
    /// Writes a value so that it stays in its place.
    pub fn write(self, value: &str, out: &mut String) {
        for c in value.chars().filter(|c| !c.is_control()) {
            match (self, c) {
                (Self::Xml, '&') => out.push_str("&amp;"),
                (Self::Xml, '<') => out.push_str("&lt;"),
                (Self::Xml, '>') => out.push_str("&gt;"),
                (Self::Xml, '"') => out.push_str("&quot;"),
                (Self::Xml, '\'') => out.push_str("&apos;"),
                (_, c) => out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let row =
            |number: &str, label: &str| BTreeMap::from([("number", number.into()), ("label", label.into())]);
        BTreeMap::from([
            ("user", Value::Text("101".into())),
            ("name", Value::Text("O'Neil & <Sons>\r\nadmin = 1".into())),
            ("empty", Value::Text(String::new())),
            ("keys", Value::Rows(vec![row("1", "Front"), row("2", "Back")])),
        ])
    }

    fn render(text: &str) -> Result<String, TemplateError> {
        Template::parse(text)?.render(&values(), Escape::Line)
    }

    #[test]
    fn values_are_written_repeated_chosen_and_reckoned_with() {
        let text = "user = {{ user }}\n{% for key in keys %}\nP{{ key.number * 5 + 100 }} = {{ key.label }}\n{% end %}\n\
                    {% if user = 101 %}\nyes\n{% else %}\nno\n{% end %}\nend{% if empty %} never{% end %}\n";
        assert_eq!(render(text).unwrap(), "user = 101\nP105 = Front\nP110 = Back\nyes\nend\n");
    }

    #[test]
    fn a_name_that_nobody_knows_is_an_error_with_its_line() {
        assert_eq!(
            render("a\nb = {{ usre }}\n").unwrap_err(),
            TemplateError::Unknown { line: 2, name: "usre".into() }
        );
        assert_eq!(
            render("{% for key in keys %}\n{{ key.labl }}\n{% end %}\n").unwrap_err(),
            TemplateError::Unknown { line: 2, name: "key.labl".into() }
        );
        assert!(matches!(render("{% if nothing %}{% end %}"), Err(TemplateError::Unknown { .. })));
        assert!(matches!(render("{% for x in user %}{% end %}"), Err(TemplateError::Unknown { .. })));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for text in ["{{ user", "{{ user - 1 }}", "{% while user %}", "{{ User }}", "{{ }}"] {
            assert!(matches!(Template::parse(text), Err(TemplateError::Syntax { .. })), "{text}");
        }
        for text in ["{% end %}", "{% if user %}", "{% else %}", "{% for k in keys %}{% else %}{% end %}"] {
            assert!(matches!(Template::parse(text), Err(TemplateError::Unbalanced { .. })), "{text}");
        }
        assert!(matches!(render("{{ name + 1 }}"), Err(TemplateError::NoNumber { .. })));
    }

    #[test]
    fn no_value_leaves_its_place() {
        assert_eq!(render("n = {{ name }}\n").unwrap(), "n = O'Neil & <Sons>admin = 1\n");
        let xml = Template::parse("<n v=\"{{ name }}\"/>").unwrap().render(&values(), Escape::Xml).unwrap();
        assert_eq!(xml, "<n v=\"O&apos;Neil &amp; &lt;Sons&gt;admin = 1\"/>");
    }
}
