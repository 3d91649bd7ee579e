//! Desk phones: the files that they fetch, and the page on which somebody takes them in.
//!
//! A file with a password in it is given to whoever has the phone's own secret in the path, and to nobody else, but for
//! [`FIRST_FETCH`] after somebody has taken the phone in: then the place from which it asked gets it under the phone's
//! address as well, because the phone cannot know its secret before.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::SignedDuration;
use serde::Deserialize;

use super::{
    Secret,
    access::Person,
    page,
    pages::{html, not_found, unavailable},
    proved::ProvedForm,
    shield::plain,
    site::Site,
    softphone::Softphones,
};
use crate::{
    pbx::{Control, Fact},
    provisioning::{Brand, Contact, Group, Key, KeyKind, Makers, Settings, Transport},
    store::{Adoption, DeviceRow, DeviceSeen, StoreError},
    types::{Extension, Mac},
};

/// For so long after the click a phone that does not know its secret yet is given its files.
const FIRST_FETCH: SignedDuration = SignedDuration::from_mins(10);
/// For so long after the click "look for new phones" those that ask by multicast are told where to fetch.
const LOOKING_FOR: Duration = Duration::from_secs(30 * 60);
/// Names of people in a phone's book: more than desk phones hold.
const MOST_CONTACTS: usize = 500;

/// What the host says about phones; replaced when the configuration is read again.
#[derive(Debug, Clone)]
pub struct PhoneOffice {
    pub makers: Arc<Makers>,
    /// The console as phones reach it, without a slash at the end.
    pub url: String,
    pub server: String,
    pub port: u16,
    pub transport: Transport,
    pub srtp: bool,
    pub codecs: Vec<String>,
    pub zone: String,
    pub ntp: String,
    pub voicemail: String,
    pub pickup: String,
    /// Multicast groups that phones listen to for pages.
    pub groups: Vec<Group>,
    pub park: Vec<Extension>,
    /// A certificate that phones are to trust.
    pub ca: Option<String>,
    /// Name and password of each extension.
    pub extensions: BTreeMap<Extension, (String, String)>,
    pub overrides: BTreeMap<Mac, BTreeMap<String, String>>,
    pub browsers: Softphones,
}

/// Carries a wish to the switch. False if it cannot be taken now.
pub type Ask = Box<dyn Fn(Control) -> bool + Send + Sync>;

/// What a phone was told, and what it said: `None` while nothing has come.
type Told = BTreeMap<(Extension, String), (String, Option<u16>)>;

/// What all handlers of this file share; cheap to clone.
#[derive(Clone)]
pub struct Phones(Arc<Inner>);

struct Inner {
    office: Mutex<Arc<PhoneOffice>>,
    ask: Ask,
    /// As many as there are contacts of phones.
    told: Mutex<Told>,
    /// Until when new phones are looked for.
    looking: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Phones {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phones(…)")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Phones {
    pub fn new(office: PhoneOffice, ask: Ask) -> Self {
        Self(Arc::new(Inner {
            office: Mutex::new(Arc::new(office)),
            ask,
            told: Mutex::default(),
            looking: Mutex::default(),
        }))
    }

    /// The configuration has been read again.
    pub fn replace(&self, office: PhoneOffice) {
        *lock(&self.0.office) = Arc::new(office);
    }

    /// Takes note of what phones say.
    pub fn observe(&self, fact: &Fact) {
        match fact {
            Fact::PhoneTold { extension, contact, event, status } => {
                lock(&self.0.told)
                    .insert((extension.clone(), contact.clone()), (event.clone(), Some(*status)));
            }
            Fact::Unbound { extension, contact } => {
                lock(&self.0.told).remove(&(extension.clone(), contact.clone()));
            }
            _ => {}
        }
    }

    pub(super) fn office(&self) -> Arc<PhoneOffice> {
        lock(&self.0.office).clone()
    }

    pub(super) fn told(&self) -> Told {
        lock(&self.0.told).clone()
    }

    /// Are new phones looked for at this moment?
    pub(super) fn is_looking(&self, now: Instant) -> bool {
        lock(&self.0.looking).is_some_and(|until| now < until)
    }

    fn look(&self, now: Instant) {
        *lock(&self.0.looking) = Some(now + LOOKING_FOR);
    }

    /// Tells the phone at this contact something. What it says is shown when it has said it.
    fn tell(&self, extension: Extension, contact: String, event: String) -> bool {
        let place = (extension.clone(), contact.clone());
        lock(&self.0.told).insert(place, (event.clone(), None));
        (self.0.ask)(Control::TellPhone { extension, contact, event })
    }
}

impl PhoneOffice {
    /// What this phone is to be told. `None`: it has not been taken in, or its extension is gone.
    fn settings(&self, device: &DeviceRow, contacts: Vec<Contact>) -> Option<Settings> {
        let adopted = device.adopted.as_ref()?;
        let (name, password) = self.extensions.get(&adopted.extension)?.clone();
        let colleagues = self.extensions.iter().filter(|(extension, _)| **extension != adopted.extension);
        let colleagues = colleagues.map(|(extension, (name, _))| Key {
            kind: KeyKind::Colleague,
            user: extension.to_string(),
            label: if name.is_empty() { extension.to_string() } else { name.clone() },
        });
        // Calls that wait for anybody come first: they are the lines that everybody shares.
        let park = self.park.iter().enumerate().map(|(at, slot)| Key {
            kind: KeyKind::Park,
            user: slot.to_string(),
            label: format!("Line {}", at + 1),
        });
        Some(Settings {
            mac: device.mac,
            extension: adopted.extension.clone(),
            name,
            user: adopted.extension.to_string(),
            password,
            admin_password: adopted.admin_password.clone(),
            server: self.server.clone(),
            port: self.port,
            transport: self.transport,
            srtp: self.srtp,
            voicemail: self.voicemail.clone(),
            pickup: self.pickup.clone(),
            zone: self.zone.clone(),
            ntp: self.ntp.clone(),
            url: format!("{}/provision/{}", self.url, adopted.secret),
            ca: self.ca.is_some(),
            codecs: self.codecs.clone(),
            keys: park.chain(colleagues).collect(),
            contacts,
            groups: self.groups.clone(),
            overrides: self.overrides.get(&device.mac).cloned().unwrap_or_default(),
        })
    }
}

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/provision/{file}", get(first))
        .route("/provision/{secret}/{file}", get(file))
        .route("/phones", get(list))
        .route("/phones/look", post(look))
        .route("/phones/{mac}", get(preview))
        .route("/phones/{mac}/adopt", post(adopt))
        .route("/phones/{mac}/forget", post(forget))
        .route("/phones/{mac}/check-sync", post(check_sync))
}

// ---- what phones fetch

/// A phone asks with its secret.
async fn file(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((secret, file)): Path<(String, String)>,
) -> Response {
    let Some(phones) = site.phones() else { return not_found().await };
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let hash = Secret::presented(&secret).hash();
    match site.read(move |reader| reader.device_of(hash)).await {
        Ok(Some(device)) => {
            site.throttle().succeeded(peer.ip());
            give(&site, phones, &device, file).await
        }
        Ok(None) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

/// A phone asks without a secret: it has never been here, or has been reset.
async fn first(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Response {
    let Some(phones) = site.phones() else { return not_found().await };
    let Some(asked) = phones.office().makers.asked(&file) else { return not_found().await };
    if !site.throttle().admits(peer.ip(), site.now().at) {
        return plain(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let address = peer.ip().to_canonical().to_string();
    let device = match site.read(move |reader| reader.device(asked.mac)).await {
        Ok(device) => device,
        Err(error) => return unavailable(&error),
    };
    let now = site.now().wall;
    let fresh = |device: &DeviceRow| {
        device.adopted.as_ref().is_some_and(|adopted| {
            let since = now.duration_since(adopted.at);
            adopted.address == address && !since.is_negative() && since < FIRST_FETCH
        })
    };
    if let Some(device) = device.filter(fresh) {
        site.throttle().succeeded(peer.ip());
        return give(&site, phones, &device, file).await;
    }
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let user_agent = agent.chars().filter(|c| !c.is_control()).take(96).collect();
    let seen = DeviceSeen { mac: asked.mac, brand: asked.brand.name().to_owned(), user_agent, address };
    match site.write(move |store| store.device_seen(&seen, now)).await {
        Ok(new) => {
            if new {
                tracing::info!(mac = %asked.mac, brand = %asked.brand, "a phone waits to be taken in");
            }
            not_found().await
        }
        Err(error) => unavailable(&error),
    }
}

async fn give(site: &Site, phones: &Phones, device: &DeviceRow, file: String) -> Response {
    let office = phones.office();
    if file == "ca.pem"
        && let Some(ca) = &office.ca
    {
        return ([(header::CONTENT_TYPE, "application/x-pem-file")], ca.clone()).into_response();
    }
    let (brand, contacts) = match known(site, &office, device).await {
        Ok(known) => known,
        Err(error) => return unavailable(&error),
    };
    let Some(brand) = brand else { return not_found().await };
    let made = match office.settings(device, contacts) {
        Some(settings) => office.makers.file(brand, &settings, &file).map_err(|error| error_text(&error)),
        None => Err("Its extension is not in the configuration any more.".to_owned()),
    };
    let (mac, now) = (device.mac, site.now().wall);
    let trouble = made.as_ref().err().cloned();
    if !matches!(made, Ok(None)) {
        let (fetched, trouble) = (file.clone(), trouble.clone());
        let noted =
            site.write(move |store| store.device_fetched(mac, &fetched, trouble.as_deref(), now)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, %mac, "that a phone fetched its settings is not written down");
        }
    }
    match made {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.media_type)], file.text).into_response(),
        Ok(None) => not_found().await,
        Err(trouble) => {
            tracing::error!(%mac, %trouble, "a phone cannot be given its settings");
            plain(StatusCode::SERVICE_UNAVAILABLE, "These settings cannot be made now.")
        }
    }
}

/// An error and its causes, for the page.
fn error_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// The maker of a phone, and who is in its book: colleagues, then people that the office knows.
async fn known(
    site: &Site,
    office: &PhoneOffice,
    device: &DeviceRow,
) -> Result<(Option<Brand>, Vec<Contact>), StoreError> {
    let book = site.read(|reader| reader.phone_book(MOST_CONTACTS)).await?;
    let colleagues = office.extensions.iter().filter(|(_, (name, _))| !name.is_empty());
    let colleagues = colleagues
        .map(|(extension, (name, _))| Contact { name: name.clone(), number: extension.to_string() });
    let people = book.into_iter().map(|(name, number)| Contact { name, number: number.to_string() });
    Ok((device.brand.parse().ok(), colleagues.chain(people).collect()))
}

// ---- the page

async fn list(State(site): State<Site>, person: Person) -> Response {
    let Some(phones) = site.phones() else { return not_found().await };
    let now = site.now().wall;
    match site.read(move |reader| Ok((reader.devices()?, reader.registered(now)?))).await {
        Ok((devices, registered)) => {
            let office = phones.office();
            let view = page::PhoneList {
                devices: &devices,
                registered: &registered,
                told: &phones.told(),
                extensions: &office.extensions,
                url: &office.url,
                looking: phones.is_looking(site.now().at),
            };
            html(page::phones(&site.frame(&person), &view, site.zone())).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

/// What a phone is given, with its passwords left out.
async fn preview(State(site): State<Site>, person: Person, Path(mac): Path<String>) -> Response {
    let (Some(phones), Ok(mac)) = (site.phones(), mac.parse::<Mac>()) else { return not_found().await };
    let device = match site.read(move |reader| reader.device(mac)).await {
        Ok(Some(device)) => device,
        Ok(None) => return not_found().await,
        Err(error) => return unavailable(&error),
    };
    let office = phones.office();
    let (brand, contacts) = match known(&site, &office, &device).await {
        Ok(known) => known,
        Err(error) => return unavailable(&error),
    };
    let Some((brand, mut settings)) = brand.zip(office.settings(&device, contacts)) else {
        return not_found().await;
    };
    let hidden = || "(not shown)".to_owned();
    (settings.password, settings.admin_password) = (hidden(), hidden());
    settings.url = format!("{}/provision/(not shown)", office.url);
    let mut files: Vec<(String, String)> = Vec::new();
    for name in office.makers.file_names(brand, mac) {
        let text = match office.makers.file(brand, &settings, &name) {
            Ok(Some(file)) => file.text,
            Ok(None) => continue,
            Err(error) => error_text(&error),
        };
        if files.iter().all(|(_, known)| *known != text) {
            files.push((name, text));
        }
    }
    html(page::phone_preview(&site.frame(&person), mac, &settings.overrides, &files)).into_response()
}

#[derive(Debug, Deserialize)]
struct AdoptForm {
    extension: String,
}

/// The click: the phone gets an extension, a secret and a password of its own for its pages.
async fn adopt(
    State(site): State<Site>,
    Path(mac): Path<String>,
    ProvedForm { person, fields: form }: ProvedForm<AdoptForm>,
) -> Response {
    let (Some(phones), Ok(mac)) = (site.phones(), mac.parse::<Mac>()) else { return not_found().await };
    let extension = form.extension.parse::<Extension>().ok();
    let Some(extension) = extension.filter(|own| phones.office().extensions.contains_key(own)) else {
        return plain(StatusCode::UNPROCESSABLE_ENTITY, "There is no such extension.");
    };
    let (secret, admin) = (site.draw_secret(), site.draw_secret());
    let adoption = Adoption {
        mac,
        extension,
        secret: secret.reveal().to_owned(),
        secret_hash: secret.hash(),
        // 96 bits; some phones take no longer password for their pages.
        admin_password: admin.reveal().chars().take(24).collect(),
    };
    let (actor, now) = (person.name.clone(), site.now().wall);
    match site.write(move |store| store.adopt_device(&adoption, &actor, now)).await {
        Ok(true) => Redirect::to("/phones").into_response(),
        Ok(false) => not_found().await,
        Err(error) => unavailable(&error),
    }
}

/// For half an hour phones that ask on the local network are told where to fetch their settings.
async fn look(State(site): State<Site>, _: ProvedForm) -> Response {
    let Some(phones) = site.phones() else { return not_found().await };
    phones.look(site.now().at);
    Redirect::to("/phones").into_response()
}

impl Site {
    /// A phone on the local network asks where its settings are. The address, if somebody looks for new phones or this one
    /// is known; it is no secret, and what is behind it is for those alone who are given it.
    pub async fn plugged_in(&self, mac: Mac, vendor: &str, model: &str, address: IpAddr) -> Option<String> {
        let phones = self.phones()?;
        let (office, now) = (phones.office(), self.now());
        let known = self.read(move |reader| reader.device(mac)).await.ok()?;
        if known.is_none() && !phones.is_looking(now.at) {
            return None;
        }
        let brand = office.makers.brand_of(mac).or_else(|| Brand::of_user_agent(vendor))?;
        let seen = DeviceSeen {
            mac,
            brand: brand.name().to_owned(),
            user_agent: format!("{vendor} {model}").trim().to_owned(),
            address: address.to_canonical().to_string(),
        };
        if let Err(error) = self.write(move |store| store.device_seen(&seen, now.wall)).await {
            tracing::warn!(%error, %mac, "a phone that looks for its settings is not written down");
        }
        Some(format!("{}/provision", office.url))
    }
}

async fn forget(
    State(site): State<Site>,
    Path(mac): Path<String>,
    ProvedForm { person, .. }: ProvedForm,
) -> Response {
    let Ok(mac) = mac.parse::<Mac>() else { return not_found().await };
    let (actor, now) = (person.name.clone(), site.now().wall);
    match site.write(move |store| store.forget_device(mac, &actor, now)).await {
        Ok(()) => Redirect::to("/phones").into_response(),
        Err(error) => unavailable(&error),
    }
}

#[derive(Debug, Deserialize)]
struct CheckSyncForm {
    #[serde(default)]
    reboot: bool,
}

/// The phone is told to fetch its settings again, or to start anew, wherever it is registered.
async fn check_sync(
    State(site): State<Site>,
    Path(mac): Path<String>,
    ProvedForm { fields: form, .. }: ProvedForm<CheckSyncForm>,
) -> Response {
    let (Some(phones), Ok(mac)) = (site.phones(), mac.parse::<Mac>()) else { return not_found().await };
    let now = site.now().wall;
    let found = site.read(move |reader| Ok((reader.device(mac)?, reader.registered(now)?))).await;
    let (device, registered) = match found {
        Ok((Some(device), registered)) => (device, registered),
        Ok((None, _)) => return not_found().await,
        Err(error) => return unavailable(&error),
    };
    let (Some(adopted), Ok(brand)) = (&device.adopted, device.brand.parse::<Brand>()) else {
        return not_found().await;
    };
    let event = phones.office().makers.check_sync(brand, form.reboot).to_owned();
    let theirs = registered.into_iter().filter(|row| {
        row.extension == adopted.extension
            && Brand::of_user_agent(&row.user_agent).is_none_or(|own| own == brand)
    });
    let mut reached = 0;
    for row in theirs {
        reached += usize::from(phones.tell(row.extension, row.contact, event.clone()));
    }
    let trouble = (reached == 0)
        .then_some("It is not registered, so it cannot be told anything. Switch it off and on.");
    match site.write(move |store| store.device_trouble(mac, trouble)).await {
        Ok(()) => Redirect::to("/phones").into_response(),
        Err(error) => unavailable(&error),
    }
}
