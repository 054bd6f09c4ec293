// What Cloudflare asks for on the Workers Paid plan, beyond what the plan includes.

/** When the pages were read, and which; some as their sources in the public repository cloudflare/cloudflare-docs. */
export const READ = {
  date: "2026-11-23",
  pages: [
    "developers.cloudflare.com/workers/platform/pricing",
    "developers.cloudflare.com/kv/platform/pricing",
    "developers.cloudflare.com/durable-objects/platform/pricing",
    "developers.cloudflare.com/queues/platform/pricing",
    "developers.cloudflare.com/r2/pricing",
  ],
};

/** Dollars a million. */
export const PRICES = {
  requests: 0.3,
  cpu_ms: 0.02,
  kv_reads: 0.5,
  kv_writes: 5,
  object_requests: 0.15,
  object_gb_seconds: 12.5,
  rows_read: 0.001,
  rows_written: 1,
  queue_operations: 0.4,
  r2_operations: 4.5, // of the dearer class
};

/** An object is billed as if it always used this much memory. */
export const OBJECT_GB = 0.128;
/** A message is written, read and deleted. */
export const QUEUE_OPERATIONS_A_MESSAGE = 3;
