use sapwood::{Error, FlushResult, Level, Logger};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: &'static str,
    total: f64,
}

async fn place_order(endpoint: &str) -> Result<FlushResult, Error> {
    let log = Logger::builder("shop", "production", endpoint)
        .api_key("tb_live_key")
        .user_id("u1")
        .build()?;
    let order = Order { order_id: "o-17", total: 99.99 };
    log.with_tags(["orders"]).info("Order {orderId} placed", &order);

    let flow = log.flow("checkout");
    flow.info("Cart validated", &order).info("Payment authorised", &());
    match "twelve".parse::<u8>() {
        Ok(_) => flow.ok(&()),
        Err(error) => flow.fail_with(&error, &order),
    }
    log.log_error(Level::Warn, "No receipt", &std::fmt::Error, &());
    Ok(log.close().await)
}
