use super::*;
use crate::snapshot;

const SETTINGS: Settings = Settings {
    polls: 0,
    now_ms: 0,
    seed: 1,
    heap_bytes: 32 << 20,
    calls: 10,
    result_bytes: 1000,
    console_bytes: 1000,
};

/// A guest that runs no program, with `words` in its control block.
fn forged(words: &[(u32, u32)]) -> Guest {
    let mut guest = snapshot::tests::snapshots()
        .of(&snapshot::tests::paths())
        .unwrap()
        .guest()
        .unwrap();
    for (at, word) in words {
        guest.write(guest.control + at, &word.to_le_bytes()).unwrap();
    }
    guest
}

#[test]
fn s04_a_forged_control_block_never_makes_the_host_read_out_of_bounds() {
    const PLACES: [(u32, u32); 6] = [
        (0, u32::MAX),
        (u32::MAX, 1),
        (u32::MAX, u32::MAX),
        (64 << 20, 1),
        (0, 2000),
        (1 << 31, 1 << 31),
    ];
    for (pointer, length) in PLACES {
        let out = forged(&[(56, pointer), (60, length)]);
        assert!(
            matches!(out.status(0, &SETTINGS), Err(Broken::Guest(_))),
            "result {pointer} {length}"
        );
        let console = forged(&[(64, pointer), (68, length)]);
        assert!(
            matches!(console.tally(&SETTINGS), Err(Broken::Guest(_))),
            "console {pointer} {length}"
        );
        let requests = forged(&[(76, pointer), (80, length)]);
        assert!(
            matches!(requests.status(2, &SETTINGS), Err(Broken::Guest(_))),
            "requests {pointer} {length}"
        );
    }
    let errors = forged(&[(56, 0), (60, u32::MAX)]);
    for code in [1, 4, 6, 7, 8] {
        assert!(matches!(errors.status(code, &SETTINGS), Err(Broken::Guest(_))));
    }
    for code in [-1, 9, 10, i32::MIN, i32::MAX] {
        assert!(matches!(
            errors.status(code, &SETTINGS),
            Err(Broken::Guest("an unknown status"))
        ));
    }
}

#[test]
fn s04_a_forged_input_buffer_never_makes_the_host_write_out_of_bounds() {
    for (pointer, capacity) in [(u32::MAX, u32::MAX), (64 << 20, 1 << 20), (1 << 31, u32::MAX)] {
        let mut guest = forged(&[(48, pointer), (52, capacity)]);
        assert!(
            matches!(guest.put_program("return 1", &SETTINGS), Err(Halt::Broken(_))),
            "{pointer}"
        );
    }
    let mut small = forged(&[(52, 0)]);
    assert!(matches!(
        small.put_program("return 1", &SETTINGS),
        Err(Halt::NeedsRoom(_))
    ));
}

#[test]
fn s04_forged_counts_are_no_more_than_the_limits() {
    let guest = forged(&[(72, u32::MAX), (84, u32::MAX)]);
    let tally = guest.tally(&SETTINGS).unwrap();
    assert_eq!((tally.calls, tally.console_dropped), (SETTINGS.calls, u32::MAX));
}

#[test]
fn an_answer_to_no_call_is_refused_by_the_guest() {
    let mut guest = forged(&[]);
    for id in [0, 15, 16, u32::MAX] {
        let answer = Answer {
            id,
            failure: None,
            json: "null".into(),
        };
        let length = guest.put_answers(&[answer]).unwrap();
        let code = guest.resume(length).unwrap();
        assert!(
            matches!(guest.status(code, &SETTINGS), Err(Broken::Guest("an unknown status"))),
            "{id}"
        );
    }
}

#[test]
fn half_characters_become_replacement_characters() {
    assert_eq!(whole_characters(r#""plain \n \u00e9""#), r#""plain \n \u00e9""#);
    assert_eq!(whole_characters(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
    assert_eq!(whole_characters(r#""a\ud83dz\ude00""#), r#""a\ufffdz\ufffd""#);
    assert_eq!(whole_characters(r#""\\ud83d""#), r#""\\ud83d""#);
    assert_eq!(whole_characters(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
}

#[test]
fn s04_what_is_no_json_is_left_as_it_is() {
    for text in [r#""\é""#, r"\𝄞", r"\", r"\\\", r#""\u""#, r#""\ud8é0""#] {
        assert_eq!(whole_characters(text), text);
    }
    assert_eq!(whole_characters(r#""\é\ud83d""#), r#""\é\ufffd""#);
}
