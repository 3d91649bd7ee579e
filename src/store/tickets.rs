//! What calls leave for the office to do: work orders and leads.

use jiff::{Timestamp, civil};
use rusqlite::{Connection, ToSql, params};

use super::{
    Cursor, Page, Reader, Store, StoreError,
    columns::{Col, get, get_opt},
    page::{bounded, page_of},
};
use crate::{
    dialogue::Urgency,
    types::{CallId, ContactId, LeadId, PhoneNumber, WorkOrderId, named},
};

/// A repair that somebody asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkOrderRow {
    pub id: WorkOrderId,
    pub call: CallId,
    pub contact: Option<ContactId>,
    pub opened: Timestamp,
    pub property: String,
    /// The name given.
    pub caller: Option<String>,
    pub callback: Option<PhoneNumber>,
    /// Unit or address.
    pub place: Option<String>,
    pub issue: String,
    pub urgency: Urgency,
    /// Never changes after the call.
    pub emergency: bool,
    /// May the technician go in when nobody is home? `None`: it was not asked.
    pub access: Option<bool>,
    pub wished_for: Option<civil::DateTime>,
    pub status: TicketStatus,
}

/// What a lead wants of the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeadKind {
    /// A home to rent.
    Rental,
    /// A home to buy.
    Buyer,
    /// A home sold.
    Seller,
}

named!(LeadKind { Rental = "rental", Buyer = "buyer", Seller = "seller" });

/// Somebody who asked about a home, or wants one sold.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadRow {
    pub id: LeadId,
    pub call: CallId,
    pub contact: Option<ContactId>,
    pub opened: Timestamp,
    pub dialled: PhoneNumber,
    pub name: Option<String>,
    pub callback: Option<PhoneNumber>,
    /// The home asked about, as far as it was said.
    pub place: Option<String>,
    pub wish: String,
    pub wished_for: Option<civil::DateTime>,
    pub kind: LeadKind,
    pub status: TicketStatus,
}

/// How far a work order or a lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TicketStatus {
    Open,
    Done,
    Cancelled,
}

named!(TicketStatus { Open = "open", Done = "done", Cancelled = "cancelled" });

impl Store {
    /// The office closes, cancels or reopens a work order. The emergency flag stays as it is.
    pub fn set_work_order_status(
        &mut self,
        id: WorkOrderId,
        status: TicketStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE work_orders SET status = ?2, updated = ?3 WHERE id = ?1",
                params![Col(id), Col(status), Col(now)],
            )?;
            Ok(())
        })
    }

    /// The same for a lead.
    pub fn set_lead_status(
        &mut self,
        id: LeadId,
        status: TicketStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE leads SET status = ?2, updated = ?3 WHERE id = ?1",
                params![Col(id), Col(status), Col(now)],
            )?;
            Ok(())
        })
    }
}

impl Reader {
    /// Work orders, newest first; `status` narrows them.
    pub fn work_orders(
        &self,
        status: Option<TicketStatus>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<WorkOrderRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let rows = work_orders_where(
                connection,
                "(opened, id) < (?1, ?2) AND (?3 IS NULL OR status = ?3) ORDER BY opened DESC, id DESC LIMIT ?4",
                &[&after.at, &after.id, &status.map(Col), &(limit + 1)],
            )?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.opened, row.id.to_i64())))
        })
    }

    /// Leads, newest first; `status` narrows them.
    pub fn leads(
        &self,
        status: Option<TicketStatus>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page<LeadRow>, StoreError> {
        let (after, limit) = (after.unwrap_or(Cursor::START), bounded(limit));
        self.read(|connection| {
            let rows = leads_where(
                connection,
                "(opened, id) < (?1, ?2) AND (?3 IS NULL OR status = ?3) ORDER BY opened DESC, id DESC LIMIT ?4",
                &[&after.at, &after.id, &status.map(Col), &(limit + 1)],
            )?;
            Ok(page_of(rows, limit, |row| Cursor::after(row.opened, row.id.to_i64())))
        })
    }
}

pub(super) fn insert_work_order(
    connection: &Connection,
    order: &WorkOrderRow,
    contact: Option<ContactId>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO work_orders (id, call, contact, opened, property, caller, callback, place, issue, urgency, emergency,
                 access, wished, status, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?4)",
        )?
        .execute(params![
            Col(order.id),
            Col(order.call),
            contact.map(Col),
            Col(order.opened),
            order.property,
            order.caller,
            order.callback.map(Col),
            order.place,
            order.issue,
            serde_json::to_string(&order.urgency)?,
            order.emergency,
            order.access,
            order.wished_for.map(|at| at.to_string()),
            Col(order.status),
        ])?;
    Ok(())
}

fn work_orders_where(
    connection: &Connection,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<WorkOrderRow>, StoreError> {
    let unreadable = StoreError::Unreadable { table: "work_orders" };
    let mut statement = connection.prepare_cached(&format!("SELECT * FROM work_orders WHERE {condition}"))?;
    let mut rows = statement.query(values)?;
    let mut orders = Vec::new();
    while let Some(row) = rows.next()? {
        let Ok(urgency) = serde_json::from_str(&row.get::<_, String>("urgency")?) else {
            return Err(unreadable);
        };
        orders.push(WorkOrderRow {
            id: get(row, "id")?,
            call: get(row, "call")?,
            contact: get_opt(row, "contact")?,
            opened: get(row, "opened")?,
            property: row.get("property")?,
            caller: row.get("caller")?,
            callback: get_opt(row, "callback")?,
            place: row.get("place")?,
            issue: row.get("issue")?,
            urgency,
            emergency: row.get("emergency")?,
            access: row.get("access")?,
            wished_for: row.get::<_, Option<String>>("wished")?.and_then(|at| at.parse().ok()),
            status: get(row, "status")?,
        });
    }
    Ok(orders)
}

pub(super) fn insert_lead(
    connection: &Connection,
    lead: &LeadRow,
    contact: Option<ContactId>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO leads (id, call, contact, opened, dialled, name, callback, place, wish, wished, status, updated, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?4, ?12)",
        )?
        .execute(params![
            Col(lead.id),
            Col(lead.call),
            contact.map(Col),
            Col(lead.opened),
            Col(lead.dialled),
            lead.name,
            lead.callback.map(Col),
            lead.place,
            lead.wish,
            lead.wished_for.map(|at| at.to_string()),
            Col(lead.status),
            Col(lead.kind),
        ])?;
    Ok(())
}

fn leads_where(
    connection: &Connection,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<LeadRow>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT * FROM leads WHERE {condition}"))?;
    let rows = statement.query_map(values, |row| {
        Ok(LeadRow {
            id: get(row, "id")?,
            call: get(row, "call")?,
            contact: get_opt(row, "contact")?,
            opened: get(row, "opened")?,
            dialled: get(row, "dialled")?,
            name: row.get("name")?,
            callback: get_opt(row, "callback")?,
            place: row.get("place")?,
            wish: row.get("wish")?,
            wished_for: row.get::<_, Option<String>>("wished")?.and_then(|at| at.parse().ok()),
            kind: get(row, "kind")?,
            status: get(row, "status")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The work orders and leads of a call.
pub(super) fn of_call(
    connection: &Connection,
    call: CallId,
) -> Result<(Vec<WorkOrderRow>, Vec<LeadRow>), StoreError> {
    let work_orders = work_orders_where(connection, "call = ?1", &[&Col(call)])?;
    let leads = leads_where(connection, "call = ?1", &[&Col(call)])?;
    Ok((work_orders, leads))
}
