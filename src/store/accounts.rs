//! Accounts, sessions and tokens of the console. Hashes only: nothing here could be used to log in.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Reader, Store, StoreError,
    columns::{Col, get},
    settings::write_audit,
};
use crate::types::named;

/// SHA-256 of a token that only its bearer has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash(pub [u8; 32]);

impl std::fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything, other people's accounts included.
    Admin,
    /// The office's daily work.
    Operator,
}

named!(Role { Admin = "admin", Operator = "operator" });

/// A person who may use the console.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub name: String,
    /// Argon2, as a PHC string.
    pub password_hash: String,
    pub role: Role,
    pub created: Timestamp,
    pub disabled: bool,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .finish()
    }
}

/// An account to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub name: String,
    /// Argon2, as a PHC string.
    pub password_hash: String,
    pub role: Role,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("name", &self.name).field("role", &self.role).finish()
    }
}

/// A program that may read the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub created: Timestamp,
    pub revoked: bool,
}

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the name is taken")]
    NameTaken,
    #[error("the set-up link is not valid, or has been used")]
    NoSetup,
    #[error("the last administrator cannot be disabled")]
    LastAdmin,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The setting under which the hash of the set-up link's token is kept.
const SETUP: &str = "setup_token_sha256";

impl Store {
    /// Makes `token` the one valid set-up link. It stays valid until it is used.
    pub fn offer_setup(&mut self, token: TokenHash, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO settings (key, value, updated) VALUES (?1, ?2, ?3)",
                params![SETUP, hex(&token), Col(now)],
            )?;
            Ok(())
        })
    }

    /// Uses the set-up link: it is gone, and the first administrator exists, or neither.
    pub fn use_setup(
        &mut self,
        token: TokenHash,
        account: &NewAccount,
        now: Timestamp,
    ) -> Result<i64, AccountError> {
        let result = self.commit(|transaction| {
            let used = transaction
                .execute("DELETE FROM settings WHERE key = ?1 AND value = ?2", params![SETUP, hex(&token)])?;
            if used == 0 {
                return Ok(None);
            }
            insert_account(transaction, account, &account.name, now).map(Some)
        });
        match result {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(AccountError::NoSetup),
            Err(StoreError::Conflict(_)) => Err(AccountError::NameTaken),
            Err(other) => Err(other.into()),
        }
    }

    /// Makes an account; `actor` is who did it, for the audit log.
    pub fn add_account(
        &mut self,
        account: &NewAccount,
        actor: &str,
        now: Timestamp,
    ) -> Result<i64, AccountError> {
        self.commit(|transaction| insert_account(transaction, account, actor, now)).map_err(|error| {
            match error {
                StoreError::Conflict(_) => AccountError::NameTaken,
                other => other.into(),
            }
        })
    }

    /// Sets another password; every session of the account ends.
    pub fn set_password(
        &mut self,
        account: i64,
        hash: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction
                .execute("UPDATE users SET password_hash = ?2 WHERE id = ?1", params![account, hash])?;
            transaction.execute("DELETE FROM sessions WHERE user = ?1", [account])?;
            write_audit(transaction, actor, "account.password", &account.to_string(), "", now)
        })
    }

    /// Shuts an account out (its sessions end) or lets it in again. The last administrator stays.
    pub fn set_account_disabled(
        &mut self,
        account: i64,
        disabled: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let left = self.commit(|transaction| {
            let others: bool = transaction
                .prepare_cached("SELECT 1 FROM users WHERE role = 'admin' AND NOT disabled AND id <> ?1")?
                .exists([account])?;
            if disabled && !others {
                return Ok(false);
            }
            transaction
                .execute("UPDATE users SET disabled = ?2 WHERE id = ?1", params![account, disabled])?;
            if disabled {
                transaction.execute("DELETE FROM sessions WHERE user = ?1", [account])?;
            }
            let action = if disabled { "account.disable" } else { "account.enable" };
            write_audit(transaction, actor, action, &account.to_string(), "", now)?;
            Ok(true)
        })?;
        if left { Ok(()) } else { Err(AccountError::LastAdmin) }
    }

    /// Opens a session and forgets those that have run out.
    pub fn open_session(
        &mut self,
        token: TokenHash,
        account: i64,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute("DELETE FROM sessions WHERE expires <= ?1", [Col(now)])?;
            transaction.execute(
                "INSERT INTO sessions (token_hash, user, created, expires) VALUES (?1, ?2, ?3, ?4)",
                params![token.0, account, Col(now), Col(expires)],
            )?;
            Ok(())
        })
    }

    /// Ends a session.
    pub fn close_session(&mut self, token: TokenHash) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute("DELETE FROM sessions WHERE token_hash = ?1", params![token.0])?;
            Ok(())
        })
    }

    /// Makes a token of the API.
    pub fn add_api_token(
        &mut self,
        token: TokenHash,
        name: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "INSERT INTO api_tokens (token_hash, name, created) VALUES (?1, ?2, ?3)",
                params![token.0, name, Col(now)],
            )?;
            let id = transaction.last_insert_rowid();
            write_audit(transaction, actor, "token.create", name, "", now)?;
            Ok(id)
        })
    }

    /// From now on the token opens nothing.
    pub fn revoke_api_token(&mut self, id: i64, actor: &str, now: Timestamp) -> Result<(), StoreError> {
        self.commit(|transaction| {
            transaction.execute(
                "UPDATE api_tokens SET revoked = coalesce(revoked, ?2) WHERE id = ?1",
                params![id, Col(now)],
            )?;
            write_audit(transaction, actor, "token.revoke", &id.to_string(), "", now)
        })
    }
}

impl Reader {
    /// Is there nobody yet who may use the console?
    pub fn needs_setup(&self) -> Result<bool, StoreError> {
        self.read(|connection| Ok(!connection.prepare_cached("SELECT 1 FROM users")?.exists([])?))
    }

    /// The account of that name, in any case of letters; disabled ones included.
    pub fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM users WHERE name = ?1")?
                .query_row([name], account_row)
                .optional()?)
        })
    }

    /// Everybody, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM users ORDER BY name LIMIT 500")?;
            Ok(statement.query_map([], account_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// Who bears this session, if it has not run out and its account is not disabled.
    pub fn session(&self, token: TokenHash, now: Timestamp) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT users.* FROM sessions JOIN users ON users.id = sessions.user
                     WHERE sessions.token_hash = ?1 AND sessions.expires > ?2 AND NOT users.disabled",
                )?
                .query_row(params![token.0, Col(now)], account_row)
                .optional()?)
        })
    }

    /// The API token with this hash, unless it was revoked.
    pub fn api_token(&self, token: TokenHash) -> Result<Option<ApiToken>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM api_tokens WHERE token_hash = ?1 AND revoked IS NULL")?
                .query_row(params![token.0], token_row)
                .optional()?)
        })
    }

    /// All tokens of the API, newest first.
    pub fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM api_tokens ORDER BY id DESC LIMIT 500")?;
            Ok(statement.query_map([], token_row)?.collect::<Result<_, _>>()?)
        })
    }
}

fn insert_account(
    connection: &Connection,
    account: &NewAccount,
    actor: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    connection.execute(
        "INSERT INTO users (name, password_hash, role, created) VALUES (?1, ?2, ?3, ?4)",
        params![account.name, account.password_hash, Col(account.role), Col(now)],
    )?;
    let id = connection.last_insert_rowid();
    write_audit(connection, actor, "account.create", &account.name, "", now)?;
    Ok(id)
}

fn account_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        name: row.get("name")?,
        password_hash: row.get("password_hash")?,
        role: get(row, "role")?,
        created: get(row, "created")?,
        disabled: row.get("disabled")?,
    })
}

fn token_row(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        created: get(row, "created")?,
        revoked: row.get::<_, Option<i64>>("revoked")?.is_some(),
    })
}

fn hex(token: &TokenHash) -> String {
    token.0.iter().map(|byte| format!("{byte:02x}")).collect()
}
