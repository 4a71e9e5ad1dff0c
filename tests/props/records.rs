//! Property: no bytes that are handed over make the client panic, hang or lose count.
use proptest::collection::vec;
use proptest::prelude::*;
use sapwood::core::config::Config;
use sapwood::core::event::Event;
use sapwood::core::level::Level;
use sapwood::core::redact::Policy;
use sapwood::core::stats::counter;
use sapwood::core::template::render;
use serde_json::json;

use crate::common::msgpack::packed;
use crate::common::records::{Records, pairs};
use crate::common::world::World;
use crate::values::{any_value, text};

proptest! {
    #[test]
    fn no_bytes_break_the_client(bytes in vec(any::<u8>(), 0..96)) {
        // Drops of the façade's would have to be told to the judge.
        prop_assume!(!bytes.contains(&2));
        let mut world = World::new();
        world.handle(Event::Records { bytes: &bytes, waited: 0 });
        world.log(Level::Info, "goes on");
        prop_assert!(world.count(counter::ACCEPTED) >= 1);
    }

    #[test]
    fn a_hand_over_that_is_cut_off_keeps_what_stood_before(part in 0.0..1.0, data in any_value(), count in 1_u64..5) {
        let fields = pairs(&json!({ "message": "x", "data": data, "context": { "a": data } }));
        let mut records = Records::default().scope(&fields);
        for seq in 1..=count {
            records = records.entry(seq, 9, "7", 0, &fields);
        }
        let bytes = records.bytes();
        let mut world = World::new();
        let len = (bytes.len() as f64 * part) as usize;
        world.handle(Event::Records { bytes: &bytes[..len], waited: 0 });
        prop_assert!(world.count(counter::ACCEPTED) < count);
        world.handle(Event::Records { bytes: &bytes, waited: 0 });
        prop_assert!(world.count(counter::ACCEPTED) >= count);
    }

    #[test]
    fn no_bytes_break_the_reading_of_a_configuration(bytes in vec(any::<u8>(), 0..96)) {
        if let Ok(config) = Config::read(&bytes) {
            let _ = config.check();
        }
    }

    #[test]
    fn no_template_breaks_the_rendering(template in "[{}ab ]{0,12}", data in any_value(), empty in text()) {
        let data = json!({ "a": data, "": empty });
        let rendered = render(template.as_bytes(), &packed(&data), &Policy::new(true));
        prop_assert!(String::from_utf8(rendered.message).is_ok());
        let parameters = rendered.parameters;
        prop_assert!(parameters.is_empty() || serde_json::from_slice::<serde_json::Value>(&parameters).is_ok());
    }
}
