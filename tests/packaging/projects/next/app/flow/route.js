import { checkout } from "../../checkout.js";

export async function GET(request) {
  const { source, endpoint } = Object.fromEntries(new URL(request.url).searchParams);
  return Response.json(await checkout(source, endpoint));
}
