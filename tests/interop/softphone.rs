//! The console's page "Phone" in a real browser: it calls, is called, holds, sends on, and is found again after a loss.

use super::{browser::Browser, ear::Ear, *};

const CARRIER_SINGS: f64 = 1_000.0;
const COLLEAGUE_SINGS: f64 = 1_400.0;
const PERSON: &str = "Robin Hale";

/// The tone that the page plays into the ear, in hertz; null for none.
const HEARD: &str = r#"(async () => {
  const sound = document.getElementById("phone-ear").srcObject;
  if (!sound) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(sound).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const power = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(power);
  const loudest = power.indexOf(Math.max(...power));
  const hertz = loudest * context.sampleRate / analyser.fftSize;
  await context.close();
  return power[loudest] > -60 ? hertz : null;
})()"#;

struct Desk {
    browser: Browser,
    portico: Portico,
    carrier_at: SocketAddr,
}

impl Desk {
    /// Somebody has made an account, and opens the page; under TLS, or as on the box itself.
    fn open(name: &str, media: u16, secure: bool) -> Option<Self> {
        if !peers_are_here(&["sipp", "chromium"]) {
            return None;
        }
        let (carrier_at, console_at) = (free_address(CARRIER), free_address("127.0.0.1"));
        let kind = if secure { "wss" } else { "ws" };
        let mut file = office(media, carrier_at)
            .replace("[sip]", &format!("[sip]\n{kind} = \"{}\"", free_address("127.0.0.1")))
            .replace("legacy_md5 = true", &format!("legacy_md5 = true\npeople = [\"{PERSON}\"]"))
            + &format!("[[extension]]\nextension = \"102\"\npassword = \"{PASSWORD}\"\nlegacy_md5 = true\n");
        if secure {
            file = file.replace("[console]", &format!("[console]\ntls = \"{console_at}\""));
        }
        let portico = Portico::start(name, &file);
        let log = portico.log();
        let first = log.lines().find_map(|line| line.trim().strip_prefix("first visit:")).unwrap().trim();
        let first = if secure {
            format!("https://{console_at}/{}", first.rsplit('/').next().unwrap())
        } else {
            first.to_owned()
        };
        let mut browser = Browser::open(&portico.folder);
        browser.visit(&first);
        browser.fill("[name=name]", PERSON);
        browser.fill("[name=password]", PASSWORD);
        browser.fill("[name=again]", PASSWORD);
        browser.click("main button");
        assert!(browser.comes_true("document.title.startsWith('Live')"), "{}", portico.log());
        let mut desk = Self { browser, portico, carrier_at };
        desk.click_in("a[href='/phone']");
        desk.shows("state", "Ready");
        Some(desk)
    }

    fn click_in(&mut self, selector: &str) {
        self.browser.click(selector);
    }

    fn press(&mut self, what: &str) {
        self.browser.click(&format!("#phone-{what}"));
    }

    /// The part of the page with this name says so.
    fn shows(&mut self, part: &str, text: &str) {
        let so = format!("document.getElementById('phone-{part}')?.textContent.includes({text:?}) === true");
        let came = self.browser.comes_true(&so);
        let page = self.browser.tell("document.body.innerText");
        assert!(came, "{part} does not show {text:?}:\n{page}\n{}", self.portico.log());
    }

    /// The page "Forwards" says so of this extension.
    fn says(&mut self, extension: &str, what: &str, text: &str) {
        let part = format!("#desk-{extension} [data-state='{what}']");
        let so = format!("document.querySelector({part:?})?.textContent.includes({text:?}) === true");
        let came = self.browser.comes_true(&so);
        let page = self.browser.tell("document.body.innerText");
        assert!(came, "{part} does not say {text:?}:\n{page}\n{}", self.portico.log());
    }

    /// This path of the console that the browser is at.
    fn browser_origin(&mut self, path: &str) -> String {
        let origin = self.browser.tell("location.origin");
        format!("{}{path}", origin.as_str().unwrap())
    }

    /// A tone of so many hertz is heard at the desk, or (`None`) none.
    fn hears(&mut self, tone: Option<f64>) {
        let heard = |browser: &mut Browser| browser.tell(HEARD).as_f64();
        let near = |found: f64| tone.is_some_and(|hertz| (found - hertz).abs() < 15.0);
        let right = |found: Option<f64>| found.map_or(tone.is_none(), near);
        let came = wait_until(clock() + HARD_LIMIT / 4, || right(heard(&mut self.browser)).then_some(()));
        let page = self.browser.tell("document.body.innerText");
        assert!(came.is_some(), "{tone:?} is not heard, but {:?}:\n{page}", heard(&mut self.browser));
    }

    fn soon(&self, what: &str, mut so: impl FnMut() -> bool) {
        let came = wait_until(clock() + HARD_LIMIT / 4, || so().then_some(()));
        assert!(came.is_some(), "waited in vain until {what}:\n{}", self.portico.log());
    }
}

#[test]
#[ignore = "needs sipp and chromium: make interop"]
fn somebody_calls_with_the_browser_presses_a_key_holds_and_sends_the_call_on() {
    let Some(mut desk) = Desk::open("softphone-out", 23_200, true) else { return };
    let (far, near) = (Ear::singing(CARRIER, CARRIER_SINGS), Ear::singing(PHONE, COLLEAGUE_SINGS));
    let rtp = |ear: &Ear| ear.port.to_string();
    let _carrier = sipp(&desk.portico, "answers", desk.carrier_at, &["-key", "rtp", &rtp(&far), "-m", "9"]);
    let at = free_address(PHONE);
    let account = ["-key", "extension", "102", "-au", "102"];
    sipp(&desk.portico, "phone_registers", at, &account).succeeds();
    let _colleague = sipp(&desk.portico, "answers", at, &["-key", "rtp", &rtp(&near), "-m", "9"]);

    desk.browser.fill("#phone-to", "+1 (303) 555-0142");
    desk.press("dial-go");
    desk.shows("stage", "Talking");
    desk.soon("the carrier hears the desk", || far.is_loud());
    desk.hears(Some(CARRIER_SINGS));
    desk.click_in("[data-key='5']");
    desk.soon("the key arrives", || far.keys() == "5");

    desk.press("hold");
    desk.shows("stage", "On hold");
    desk.hears(None);
    let before = far.packets();
    desk.soon("the carrier hears music", || far.packets() > before + 50);
    desk.press("hold");
    desk.shows("stage", "Talking");
    desk.hears(Some(CARRIER_SINGS));

    desk.browser.fill("#phone-transfer-to", "102");
    desk.click_in("#phone-transfer button");
    desk.soon("the carrier hears the colleague", || far.hears(COLLEAGUE_SINGS));
    desk.soon("the colleague hears the carrier", || near.hears(CARRIER_SINGS));
    assert!(desk.browser.comes_true("document.getElementById('phone-end').hidden"));
}

#[test]
#[ignore = "needs sipp and chromium: make interop"]
fn somebody_answers_a_caller_in_the_browser_and_is_found_again_after_a_loss() {
    let Some(mut desk) = Desk::open("softphone-in", 23_600, false) else { return };
    let far = Ear::singing(CARRIER, CARRIER_SINGS);
    let rtp = far.port.to_string();
    let call = |desk: &Desk, millis: &str| {
        sipp(&desk.portico, "trunk_calls", desk.carrier_at, &["-key", "rtp", &rtp, "-d", millis])
    };
    let caller = call(&desk, "20000");
    desk.shows("stage", "Incoming call");
    desk.shows("call", "3035550177");
    desk.press("answer");
    desk.shows("stage", "Talking");
    desk.hears(Some(CARRIER_SINGS));
    desk.soon("the caller hears the desk", || far.is_loud());
    desk.press("mute");
    desk.soon("the caller hears nothing", || !far.is_loud());
    desk.press("mute");
    desk.soon("the caller hears the desk again", || far.is_loud());

    // The way of the signalling is lost in the middle of the call, and found again: the call goes on, and ends as others do.
    desk.browser.network(false);
    desk.shows("state", "Connection lost");
    desk.shows("stage", "Talking");
    desk.browser.network(true);
    desk.shows("state", "Ready");
    desk.shows("stage", "Talking");
    desk.press("hold");
    desk.shows("stage", "On hold");
    desk.hears(None);
    desk.press("hold");
    desk.hears(Some(CARRIER_SINGS));
    caller.succeeds();
    desk.shows("stage", "The call has ended.");
    let record = record(&desk.portico);
    assert_eq!(record["disposition"], "answered", "{record:#}");
    assert!(encryption(&record).contains(&"dtls"), "{record:#}");

    // The box is gone, and comes back.
    desk.portico.kill();
    desk.shows("state", "Connection lost");
    desk.portico.start_again();
    desk.shows("state", "Ready");
    let caller = call(&desk, "1500");
    desk.shows("stage", "Incoming call");
    desk.press("answer");
    desk.shows("stage", "Talking");
    caller.succeeds();

    // Whoever signs out is no telephone any more, at once.
    assert!(is_well(&desk.portico, "Extension 101"));
    desk.click_in("header form button");
    assert!(desk.browser.comes_true("location.pathname === '/sign-in'"));
    let gone = wait_until(clock() + HARD_LIMIT / 6, || {
        let health = desk.portico.get("health").unwrap();
        let parts = health["parts"].as_array().unwrap();
        parts.iter().any(|part| part["name"] == "Extension 101" && part["condition"] != "well").then_some(())
    });
    assert!(gone.is_some(), "{}", desk.portico.log());
}

#[test]
#[ignore = "needs sipp and chromium: make interop"]
fn what_is_set_by_a_code_or_in_the_console_is_the_same_and_is_shown_at_once() {
    let Some(mut desk) = Desk::open("softphone-forwards", 24_000, false) else { return };
    // By a code, at the telephone.
    desk.browser.fill("#phone-to", "*72102");
    desk.press("dial-go");
    desk.shows("stage", "The call has ended.");
    desk.click_in("a[href='/forwards']");
    assert!(desk.browser.comes_true("document.title.startsWith('Forwards')"));
    desk.says("101", "always", "to 102");
    // By a form of the page.
    desk.click_in("#desk-101 [data-state='always'] button");
    desk.says("101", "always", "no forward");
    desk.click_in("#desk-102 [data-state='do_not_disturb'] button");
    desk.says("102", "do_not_disturb", "Turn off");
    desk.browser.tell("document.querySelector('#desk-102 input[name=to][type=tel]').value = '911'");
    desk.click_in("#desk-102 form:has([type=tel]) button");
    assert!(desk.browser.comes_true("document.body.innerText.includes('calls may not be forwarded there')"));
    desk.says("102", "always", "no forward");
    // By somebody else, while the page is open and something is being typed in it: within two seconds, and it is left alone.
    let page = desk.browser_origin("/forwards");
    desk.browser.visit(&page);
    desk.browser.tell("document.querySelector('#desk-101 input[type=tel]').value = '30355'");
    desk.browser.tell("window.sameDocument = true");
    desk.browser.tell(
        "fetch('/forwards/101', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ \
         csrf: document.querySelector('[name=csrf]').value, what: 'busy', to: '102' }) }).then(() => true)",
    );
    let asked = clock();
    desk.says("101", "busy", "to 102");
    assert!(clock() - asked < Duration::from_secs(2), "{:?}", clock() - asked);
    assert_eq!(desk.browser.tell("document.querySelector('#desk-101 input[type=tel]').value"), "30355");
    assert_eq!(desk.browser.tell("window.sameDocument"), true);
}
