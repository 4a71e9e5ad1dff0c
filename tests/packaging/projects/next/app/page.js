"use client";

import { useEffect } from "react";
import { checkout } from "../checkout.js";

export default function Page() {
  useEffect(() => {
    const { source, endpoint, ...options } = Object.fromEntries(new URLSearchParams(location.search));
    checkout(source, endpoint, options).then((outcome) => {
      document.documentElement.dataset.outcome = JSON.stringify(outcome);
    });
  }, []);
  return <p>Checkout</p>;
}
