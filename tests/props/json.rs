//! Property: JSON that the core writes is JSON, and says what it was given. `serde_json` judges.
use proptest::prelude::*;
use sapwood::core::json::{write_string, write_unsigned, write_value};
use sapwood::core::msgpack::Reader;
use sapwood::core::redact::Policy;
use serde_json::{Value, json};

use crate::common::msgpack::{Writer, packed};
use crate::common::world::World;
use crate::values::{any_value, text};
use sapwood::core::level::Level;

fn written(bytes: &[u8], policy: &Policy) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write_value(&mut Reader::new(bytes), &mut out, policy, 0).map(|()| out)
}

proptest! {
    #[test]
    fn a_string_is_read_back(text in text()) {
        let mut out = Vec::new();
        write_string(&mut out, text.as_bytes());
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn a_whole_number_is_read_back(number: u64) {
        let mut out = Vec::new();
        write_unsigned(&mut out, number);
        prop_assert_eq!(out, number.to_string().into_bytes());
    }

    #[test]
    fn a_value_is_read_back(value in any_value(), long: bool) {
        let mut writer = Writer { long, ..Writer::default() };
        writer.value(&value);
        let out = written(&writer.bytes, &Policy::new(false)).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), value);
    }

    #[test]
    fn a_redacted_value_is_json_too(value in any_value()) {
        let out = written(&packed(&value), &Policy::new(true)).unwrap();
        prop_assert!(serde_json::from_slice::<Value>(&out).is_ok());
    }

    #[test]
    fn a_value_that_is_cut_off_is_not_written(value in any_value(), part in 0.0..1.0) {
        let bytes = packed(&value);
        let len = (bytes.len() as f64 * part) as usize;
        prop_assert_eq!(written(&bytes[..len], &Policy::new(true)), None);
    }

    #[test]
    fn an_entry_with_any_fields_is_json(message in text(), data in any_value(), user in any_value(), id in text()) {
        let mut world = World::with(|config| config.redact = Policy::new(false));
        let fields = json!({ "message": message, "data": data, "user": user, "userId": id, "tags": [id] });
        world.log_with(Level::Info, &fields);
        world.flush(1_000);
        let entry = &world.last().logs()[0];
        prop_assert_eq!(&entry["data"], &data);
        prop_assert_eq!(entry.get("user").unwrap_or(&Value::Null), &user);
    }
}
