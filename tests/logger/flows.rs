//! Names and ids of flows fit the wire.
use proptest::prelude::*;
use sapwood::core::limits::FLOW_ID_CHARS_MAX;
use sapwood::logger::{flow_id, flow_name};

proptest! {
    #[test]
    fn an_id_is_a_name_and_eight_characters_and_fits(name in "\\PC{0,80}", random in any::<[u8; 16]>()) {
        let kept = flow_name(&name);
        let id = flow_id(&kept, random);
        let (front, random) = id.rsplit_once('-').expect("there is a hyphen");
        prop_assert_eq!(front, &kept);
        prop_assert!(random.len() == 8 && random.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()));
        prop_assert!(id.encode_utf16().count() <= usize::from(FLOW_ID_CHARS_MAX));
        prop_assert!(name.starts_with(&kept) || kept == "flow");
    }
}

#[test]
fn other_randomness_gives_another_id() {
    assert_ne!(flow_id("a", [1; 16]), flow_id("a", [2; 16]));
    assert_eq!(flow_name(""), "flow");
}
