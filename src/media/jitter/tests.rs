//! Networks, good and bad, and what is heard through them.

use std::{f32::consts::TAU, time::Duration};

use super::*;
use crate::media::story::{Dice, start};

/// A speaker's packet on its way: when it arrives (in microseconds) and what it says.
struct Sent {
    arrives: u64,
    number: u32,
}

struct Heard {
    samples: Vec<i16>,
    buffer: JitterBuffer,
    /// The delay after each second, in milliseconds.
    delays: Vec<u64>,
}

/// Words of 400 ms with pauses of 200 between them; each packet's mean level tells its number's place.
fn speech(timestamp: u32) -> Vec<u8> {
    let mut samples = Vec::new();
    for n in 0..160 {
        let place = (timestamp + n) % 4_800;
        let time = (timestamp + n) as f32 / 8_000.0;
        let loud = if place < 3_200 { 6_000.0 } else { 20.0 };
        samples.push((loud * (TAU * 150.0 * time).sin()) as i16);
    }
    let mut payload = Vec::new();
    crate::media::Encoder::new(Codec::Pcmu).encode(&samples, &mut payload);
    payload
}

fn hear(mut sent: Vec<Sent>, millis: u64) -> Heard {
    let now = start();
    sent.sort_by_key(|packet| packet.arrives);
    let mut sent = sent.into_iter().peekable();
    let mut heard = Heard { samples: Vec::new(), buffer: JitterBuffer::new(now), delays: Vec::new() };
    for tick in 0..millis / 20 {
        let at = tick * 20_000 + 7_000;
        while let Some(packet) = sent.next_if(|packet| packet.arrives <= at) {
            let timestamp = packet.number * 160;
            let arrival = now + Duration::from_micros(packet.arrives);
            heard.buffer.insert(arrival, packet.number == 0, timestamp, Codec::Pcmu, &speech(timestamp));
        }
        let mut frame = [0; 160];
        heard.buffer.pull(now + Duration::from_micros(at), &mut frame);
        heard.samples.extend(frame);
        if tick % 50 == 49 {
            heard.delays.push(heard.buffer.delay_millis());
        }
    }
    heard
}

fn steady(count: u32) -> impl Iterator<Item = Sent> {
    (0..count).map(|number| Sent { arrives: u64::from(number) * 20_000, number })
}

fn words(samples: &[i16]) -> usize {
    let loud: Vec<bool> =
        samples.chunks(160).map(|frame| frame.iter().any(|sample| sample.abs() > 2_000)).collect();
    loud.windows(2).filter(|pair| !pair[0] && pair[1]).count() + usize::from(loud[0])
}

#[test]
fn a_good_network_costs_little_delay_and_loses_nothing() {
    let heard = hear(steady(500).collect(), 10_000);
    assert_eq!(heard.buffer.figures.late, 0);
    assert!(heard.buffer.figures.concealed <= 640, "only the silence before the first word");
    assert!(heard.delays.iter().skip(2).all(|delay| *delay <= 40), "{:?}", heard.delays);
    assert_eq!(words(&heard.samples), 17);
}

#[test]
fn jitter_of_sixty_milliseconds_is_waited_for() {
    let mut dice = Dice(7);
    let sent =
        steady(1_500).map(|packet| Sent { arrives: packet.arrives + dice.below(60_000), ..packet }).collect();
    let heard = hear(sent, 30_000);
    assert!(heard.buffer.figures.late <= 8, "{} late of 1500", heard.buffer.figures.late);
    assert!(heard.delays.iter().skip(2).all(|delay| (50..=110).contains(delay)), "{:?}", heard.delays);
    assert_eq!(words(&heard.samples), 50);
}

#[test]
fn the_delay_comes_down_again_when_the_network_calms() {
    let mut dice = Dice(3);
    let sent = steady(1_500)
        .map(|packet| {
            let worst = if packet.number < 500 { 120_000 } else { 2_000 };
            Sent { arrives: packet.arrives + dice.below(worst), ..packet }
        })
        .collect();
    let heard = hear(sent, 30_000);
    assert!(heard.delays[8] > 100, "{:?}", heard.delays);
    assert!(heard.delays[20..].iter().all(|delay| *delay <= 45), "{:?}", heard.delays);
}

#[test]
fn five_percent_loss_leaves_no_silence_in_a_word() {
    let mut dice = Dice(11);
    let sent: Vec<Sent> = steady(1_500).filter(|_| dice.below(100) >= 5).collect();
    let lost = 1_500 - sent.len() as u64;
    let heard = hear(sent, 30_000);
    assert_eq!(heard.buffer.figures.late, 0);
    let concealed = heard.buffer.figures.concealed;
    assert!(concealed.abs_diff(lost * 160) <= 1_600, "{concealed} samples for {lost} packets");
    assert_eq!(words(&heard.samples), 50, "no word is torn in two");
}

#[test]
fn disorder_is_put_in_order() {
    let sent = steady(500).map(|packet| Sent {
        arrives: packet.arrives + u64::from(packet.number % 3 == 0) * 30_000,
        ..packet
    });
    let heard = hear(sent.collect(), 10_000);
    assert!(heard.buffer.figures.late <= 3, "{}", heard.buffer.figures.late);
}

#[test]
fn a_clock_half_a_percent_off_does_not_pile_up_delay() {
    for parts in [19_900_u64, 20_100] {
        let sent = (0..60_000_000 / parts)
            .map(|number| Sent { arrives: number * parts, number: number as u32 })
            .collect();
        let heard = hear(sent, 60_000);
        let (first, last) = (heard.delays[3] as i64, *heard.delays.last().unwrap() as i64);
        assert!(last - first < 60, "{:?}", heard.delays);
        assert!(heard.delays.iter().all(|delay| *delay < 100), "{:?}", heard.delays);
        assert!(heard.buffer.figures.late < 5, "{}", heard.buffer.figures.late);
        let lost = heard.buffer.figures.concealed;
        assert!(lost < 8_000, "{lost} samples invented in a minute though every packet came");
    }
}

#[test]
fn a_sender_that_is_silent_between_words_is_heard_again_at_once() {
    let sent: Vec<Sent> = steady(500).filter(|packet| packet.number % 100 < 40).collect();
    let heard = hear(sent, 10_000);
    assert_eq!(heard.buffer.figures.late, 0);
    assert!(heard.delays.iter().all(|delay| *delay <= 60), "{:?}", heard.delays);
}

#[test]
fn a_timeline_that_jumps_is_followed_and_a_single_stray_is_not() {
    let now = start();
    let mut buffer = JitterBuffer::new(now);
    let mut frame = [0; 160];
    let mut silent = 0;
    for tick in 0..400_u32 {
        let at = now + Duration::from_millis(u64::from(tick) * 20);
        let jumped = if tick < 200 { 0 } else { 0x7000_0000 };
        let stray = if tick == 100 { 0x1234_5678 } else { 0 };
        let timestamp = (tick * 160).wrapping_add(jumped).wrapping_add(stray);
        buffer.insert(at, false, timestamp, Codec::Pcmu, &[0x10; 160]);
        buffer.pull(at, &mut frame);
        silent += u32::from(tick > 10 && frame.iter().all(|&sample| sample == 0));
    }
    assert!(silent <= 12, "{silent} silent frames");
}

#[test]
fn a_burst_after_a_stall_keeps_the_newest() {
    let now = start();
    let mut buffer = JitterBuffer::new(now);
    for number in 0..200_u32 {
        buffer.insert(now, false, number * 160, Codec::Pcmu, &[0x10; 160]);
        assert!(buffer.packets.len() <= MAX_PACKETS);
    }
    assert!(buffer.spare.len() <= MAX_PACKETS, "payload buffers are used again");
}

#[test]
fn payloads_of_any_length_are_played_whole() {
    for length in [80_u32, 160, 240, 320, 480] {
        let now = start();
        let mut buffer = JitterBuffer::new(now);
        let mut frame = [0; 160];
        let mut due = 0;
        let mut sounding = 0;
        for tick in 0..200_u32 {
            let at = now + Duration::from_millis(u64::from(tick) * 20);
            while due * length <= tick * 160 {
                buffer.insert(at, false, due * length, Codec::Pcma, &vec![0x2a; length as usize]);
                due += 1;
            }
            buffer.pull(at, &mut frame);
            sounding += u32::from(frame.iter().all(|&sample| sample < -30_000));
        }
        assert!(sounding > 185, "{length}: {sounding}");
    }
}

#[test]
fn broken_timestamps_now_and_then_do_not_move_the_line() {
    let now = start();
    let mut buffer = JitterBuffer::new(now);
    let mut dice = Dice(21);
    let mut frame = [0; 160];
    let mut silent = 0;
    for tick in 0..2_000_u32 {
        let at = now + Duration::from_millis(u64::from(tick) * 20);
        let off = if tick % 100 == 50 { dice.below(4_000) as u32 } else { 2_000 };
        let timestamp = (tick * 160).wrapping_add(off).wrapping_sub(2_000);
        buffer.insert(at, false, timestamp, Codec::Pcmu, &[0x10; 160]);
        buffer.pull(at, &mut frame);
        silent += u32::from(tick > 10 && frame.iter().all(|&sample| sample == 0));
    }
    assert_eq!(silent, 0);
    assert!(buffer.figures.concealed < 20 * 640, "{:?}", buffer.figures);
}

#[test]
fn a_host_whose_ticks_wander_hears_without_holes() {
    let now = start();
    let mut buffer = JitterBuffer::new(now);
    let mut dice = Dice(4);
    let mut frame = [0; 160];
    let mut sent = steady(1_500).peekable();
    for tick in 0..1_500_u64 {
        // Up to 8 ms late, and every tenth second 60 ms late with the missed ticks made up for at once.
        let stall = if tick % 500 >= 497 { (500 - tick % 500) * 20_000 } else { 0 };
        let at = tick * 20_000 + dice.below(8_000) + stall;
        while let Some(packet) = sent.next_if(|packet| packet.arrives <= at) {
            let timestamp = packet.number * 160;
            buffer.insert(
                now + Duration::from_micros(packet.arrives),
                false,
                timestamp,
                Codec::Pcmu,
                &speech(timestamp),
            );
        }
        buffer.pull(now + Duration::from_micros(at), &mut frame);
    }
    assert_eq!(buffer.figures.late, 0, "{:?}", buffer.figures);
    assert!(buffer.figures.concealed < 1_600, "{:?}", buffer.figures);
}
