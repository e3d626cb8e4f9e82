// What the page shows of the metrics, and how a rate comes from two readings of a counter.

/** The figures of one reading; each is undefined when the server does not report it. */
export function figuresOf(samples) {
  const heap = { area: 'heap' };
  return {
    connections: samples.sum(['herald_mqtt_connections']),
    received: samples.sum(['herald_mqtt_messages_received_total']),
    sent: samples.sum(['herald_mqtt_messages_sent_total']),
    dropped: samples.sum(['herald_mqtt_messages_dropped_total']),
    gateways: samples.sum(['herald_gateways']),
    groups: samples.sum(['herald_groups']),
    groupEvents: samples.sum(['herald_group_events_total']),
    memory: samples.sum(['jvm_memory_used_bytes'], heap),
    memoryMax: samples.sum(['jvm_memory_max_bytes'], heap),
  };
}

/**
 * The growth per second of a counter between two readings. Undefined when a reading lacks it or
 * the counter went back, which means that the server was started anew in between.
 */
export function perSecond(before, after, elapsedMs) {
  if (before === undefined || after === undefined || after < before || elapsedMs <= 0) {
    return undefined;
  }
  return ((after - before) * 1000) / elapsedMs;
}
