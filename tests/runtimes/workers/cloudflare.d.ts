/** What the Workers under test take from their platform. */
declare module "cloudflare:workers" {
  export const env: { ENDPOINT: string };
}
