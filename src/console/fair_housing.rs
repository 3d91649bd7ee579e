//! Fair housing: the log of equal treatment, its table for a spreadsheet, and how the checks with pairs of callers came out.

use axum::{
    Router,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    access::Person,
    page,
    pages::{After, ROWS, html, unavailable},
    site::Site,
};
use crate::store::{MOST_ROWS, StoreError, TreatmentRow};

/// Lines of the table: three years of a busy office. Of more, the newest; the table says so in its last line.
const MOST_LINES: usize = 50_000;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/fair-housing", get(list)).route("/fair-housing.csv", get(download))
}

async fn list(State(site): State<Site>, person: Person, Query(after): Query<After>) -> Response {
    let cursor = after.cursor();
    let read = site.read(move |reader| Ok((reader.treatments(cursor, ROWS)?, reader.pair_checks()?)));
    match read.await {
        Ok((rows, checks)) => {
            html(page::fair_housing(&site.frame(&person), &rows, &checks, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn download(State(site): State<Site>, _: Person) -> Response {
    match table(&site).await {
        Ok(table) => as_csv(table),
        Err(error) => unavailable(&error),
    }
}

/// All of the log as comma-separated values (RFC 4180), newest first.
pub(super) async fn table(site: &Site) -> Result<String, StoreError> {
    let (mut table, mut after, mut lines) = (line(["When (UTC)", "Call", "About", "Asked", "Told"]), None, 0);
    loop {
        let page = site.read(move |reader| reader.treatments(after, MOST_ROWS)).await?;
        lines += page.items.len();
        page.items.iter().for_each(|row| table.push_str(&row_line(row)));
        after = page.next;
        if after.is_none() {
            return Ok(table);
        }
        if lines >= MOST_LINES {
            table.push_str(&line(["", "", "", "Older lines are left out; the JSON interface has them.", ""]));
            return Ok(table);
        }
    }
}

pub(super) fn as_csv(table: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"equal-treatment.csv\""),
    ];
    (headers, table).into_response()
}

fn row_line(row: &TreatmentRow) -> String {
    let (at, call) = (row.at.strftime("%Y-%m-%d %H:%M:%S").to_string(), row.call.to_string());
    let about = page::subject_words(&row.subject);
    line([&at, &call, &about, &row.asked, &row.given].map(String::as_str))
}

/// One line, each value in quotation marks.
fn line<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = values.into_iter().map(quoted).collect();
    format!("{}\r\n", quoted.join(","))
}

/// A caller's words may begin like a formula, which a spreadsheet would work out: an apostrophe before them makes them text.
fn quoted(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_says_cannot_become_a_formula_or_another_line() {
        assert_eq!(line(["=1+1", "say \"yes\", please"]), "\"'=1+1\",\"say \"\"yes\"\", please\"\r\n");
    }
}
