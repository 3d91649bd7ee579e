//! One INVITE of 1.2 kB, from bytes to typed headers, by three parsers in turn: microseconds and allocations.
//!
//! Each reads the same: the message, its Request-URI, the topmost Via, From, To, Call-ID, CSeq, Contact, Max-Forwards,
//! Content-Length, every Route and Record-Route, and the body. The parsers take turns of a few milliseconds, so that
//! whatever else the machine does falls on all of them; the median turn counts.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const BODY: &str = "v=0\r\no=- 3989210 1 IN IP4 198.51.100.20\r\ns=call\r\nc=IN IP4 198.51.100.20\r\nt=0 0\r\n\
    m=audio 28410 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";

fn invite() -> Vec<u8> {
    format!(
        "INVITE sip:+13035550101@192.0.2.1:5060;transport=udp SIP/2.0\r\n\
         Via: SIP/2.0/UDP 198.51.100.10:5060;branch=z9hG4bK8f1c.5d3f9a7e0b42;rport\r\n\
         Via: SIP/2.0/UDP 198.51.100.20:5080;branch=z9hG4bK77a0e1d4;received=198.51.100.20\r\n\
         Record-Route: <sip:198.51.100.10;lr;ftag=as58f4201b>\r\n\
         Route: <sip:192.0.2.1:5060;lr>\r\n\
         Max-Forwards: 69\r\n\
         From: \"Dana Whitfield\" <sip:+13035550142@carrier.example>;tag=as58f4201b\r\n\
         To: <sip:+13035550101@carrier.example>\r\n\
         Contact: <sip:+13035550142@198.51.100.20:5080;transport=udp>\r\n\
         Call-ID: 13b4d6fa4e6f1f0b2b1d0c6f5f6a9e27@198.51.100.20\r\n\
         CSeq: 102 INVITE\r\n\
         User-Agent: Carrier SBC\r\n\
         Accept: application/sdp, multipart/mixed\r\n\
         P-Early-Media: supported\r\n\
         Date: Sat, 14 Nov 2026 16:04:05 GMT\r\n\
         Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n\
         Supported: replaces, timer\r\n\
         Session-Expires: 1800\r\n\
         Min-SE: 90\r\n\
         P-Asserted-Identity: \"Dana Whitfield\" <sip:+13035550142@carrier.example>\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
    .into_bytes()
}

fn portico(bytes: &[u8]) -> Option<usize> {
    use portico::sip::wire::Message;
    let message = Message::parse(bytes).ok()?;
    let uri = message.uri()?;
    let via = message.via()?;
    let (from, to) = (message.from()?, message.to()?);
    black_box((uri, via, via.branch()?, from, from.tag()?, to, message.call_id()?, message.cseq()?));
    black_box((message.contact()?, message.max_forwards()?, message.content_length()?));
    for route in message.routes().chain(message.record_routes()) {
        black_box(route?);
    }
    Some(message.body().len())
}

/// The same, with everything that the house checks before a request is served.
fn portico_checked(bytes: &[u8]) -> Option<usize> {
    use portico::sip::wire::{Message, check};
    let message = Message::parse(bytes).ok()?;
    check::request(&message).ok()?;
    Some(message.body().len())
}

fn rsip(bytes: &[u8]) -> Option<usize> {
    use rsip::prelude::*;
    let message = rsip::SipMessage::try_from(bytes).ok()?;
    let rsip::SipMessage::Request(request) = message else { return None };
    let via = request.via_header().ok()?.typed().ok()?;
    let (from, to) = (request.from_header().ok()?.typed().ok()?, request.to_header().ok()?.typed().ok()?);
    black_box((
        &request.uri,
        via.branch()?,
        &via,
        from.tag()?,
        &from,
        &to,
        request.call_id_header().ok()?.value(),
    ));
    black_box(request.cseq_header().ok()?.typed().ok()?);
    black_box(request.contact_header().ok()?.typed().ok()?);
    black_box(request.max_forwards_header().ok()?.num().ok()?);
    for header in request.headers.iter() {
        match header {
            rsip::Header::ContentLength(length) => drop(black_box(length.length().ok()?)),
            rsip::Header::Route(route) => drop(black_box(route.typed().ok()?)),
            rsip::Header::RecordRoute(route) => drop(black_box(route.typed().ok()?)),
            _ => {}
        }
    }
    Some(request.body.len())
}

fn rsipstack(bytes: &[u8]) -> Option<usize> {
    use rsipstack::sip::{self, HeadersExt as _, headers::ToTypedHeader as _};
    let message = sip::SipMessage::try_from(bytes).ok()?;
    let sip::SipMessage::Request(request) = message else { return None };
    let via = request.via_header().ok()?.typed().ok()?;
    let (from, to) = (request.from_header().ok()?.typed().ok()?, request.to_header().ok()?.typed().ok()?);
    black_box((&request.uri, &via, from.tag()?, &from, &to, request.call_id_header().ok()?.value()));
    black_box(request.cseq_header().ok()?.typed().ok()?);
    black_box(request.contact_header().ok()?.typed().ok()?);
    black_box(request.max_forwards_header().ok()?.value().parse::<u8>().ok()?);
    for header in request.headers.iter() {
        if let sip::Header::ContentLength(length) = header {
            black_box(length.value().parse::<usize>().ok()?);
        }
    }
    black_box((request.typed_route_headers().ok()?, request.typed_record_route_headers().ok()?));
    Some(request.body.len())
}

fn main() {
    const ROUNDS: usize = 301;
    const BATCH: u32 = 500;
    let bytes = invite();
    type Parser = fn(&[u8]) -> Option<usize>;
    let parsers: [(&str, Parser); 4] = [
        ("portico", portico),
        ("portico, checked", portico_checked),
        ("rsip 0.4", rsip),
        ("rsipstack 0.7", rsipstack),
    ];
    println!("INVITE of {} bytes; median of {ROUNDS} turns of {BATCH}", bytes.len());
    let mut turns: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, parse), turns) in parsers.iter().zip(&mut turns) {
            let begun = Instant::now();
            for _ in 0..BATCH {
                black_box(parse(black_box(&bytes)));
            }
            turns.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH));
        }
    }
    let (mut medians, mut bests) = (Vec::new(), Vec::new());
    for ((name, parse), turns) in parsers.iter().zip(&mut turns) {
        assert_eq!(parse(&bytes), Some(BODY.len()), "{name} reads the whole message");
        turns.sort_by(f64::total_cmp);
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        black_box(parse(&bytes));
        let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
        println!(
            "{name:<18} {:>7.2} µs   best {:>6.2} µs {allocations:>5} allocations",
            turns[ROUNDS / 2],
            turns[0]
        );
        medians.push(turns[ROUNDS / 2]);
        bests.push(turns[0]);
    }
    let factor = |times: &[f64]| times[2].min(times[3]) / times[0];
    println!(
        "the faster peer takes {:.1} times as long (best turns: {:.1})",
        factor(&medians),
        factor(&bests)
    );
}
