//! Names and ids of flows fit the wire, and a flow's place survives a journey, whatever becomes of its text.
use proptest::prelude::*;
use sapwood::core::limits::{FLOW_ID_CHARS_MAX, STEP_INDEX_MAX};
use sapwood::logger::place::Place;

const NOW: u64 = 1_763_640_000_000;

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

proptest! {
    #[test]
    fn an_id_is_a_name_and_eight_characters_and_fits(name in "\\PC{0,80}", random in any::<[u8; 16]>()) {
        let place = Place::begin(&name, random, NOW);
        let (front, random) = place.id.rsplit_once('-').expect("there is a hyphen");
        prop_assert_eq!(front, &place.name);
        prop_assert!(random.len() == 8 && random.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()));
        prop_assert!(units(&place.id) <= usize::from(FLOW_ID_CHARS_MAX));
        prop_assert!(name.starts_with(&place.name) || place.name == "flow");
    }

    #[test]
    fn a_place_comes_back_from_its_text(name in "\\PC{0,80}", step in 0..=STEP_INDEX_MAX, random in any::<[u8; 16]>()) {
        let place = Place { step, ..Place::begin(&name, random, NOW) };
        let text = place.to_string();
        prop_assert!(text.is_ascii() && text.len() < 2_000);
        prop_assert_eq!(Place::read(&text, NOW), Some(place.clone()));
        let branch = place.branch(random);
        prop_assert_eq!((&branch.id, branch.step), (&place.id, 0));
        prop_assert_eq!(Place::read(&branch.to_string(), NOW), Some(branch));
    }

    #[test]
    fn any_text_is_read_in_bounds_or_not_at_all(text in prop_oneof!["\\PC{0,60}", "([a-z%;0-9é]{0,30};){4,6}"]) {
        if let Some(Place { id, name, step, started, branch }) = Place::read(&text, NOW) {
            prop_assert!(!id.is_empty() && units(&id) <= 50 && units(&name) <= 41 && units(&branch) <= 90);
            prop_assert!(step <= STEP_INDEX_MAX && started <= NOW);
        }
    }
}

#[test]
fn what_is_no_place_is_none() {
    for text in ["", ";;;;", "id", "id;name;0;0", "%;n;0;0;", "%zz;n;0;0;", "%ff;n;0;0;"] {
        assert_eq!(Place::read(text, NOW), None, "{text}");
    }
}

#[test]
fn branches_of_branches_stay_in_bounds() {
    let mut place = Place::begin("checkout", [1; 16], NOW);
    for _ in 0..20 {
        place.step = 7;
        let branch = place.branch([3; 16]);
        assert!(branch.branch.starts_with(&place.branch) && units(&branch.branch) <= 90);
        place = branch;
    }
    assert_ne!(place.branch([1; 16]).id, Place::begin("checkout", [2; 16], NOW).id);
}
