/// SQL that fills the trail with calls that have ended.
package enum ManyCalls {
    /// Adds a number of calls from the last hours, at equal distances, each with a message of some bytes. The ids are
    /// those of the instants, so that they are in the order of time.
    package static func statement(count: Int, hours: Int = 20, messageBytes: Int = 0) -> String {
        """
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, message,
                                 duration_us, top_us, attempts, top_request_id, refs, request_bytes, response_bytes)
        SELECT (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
               'epoch'::timestamptz + ms * interval '1 millisecond', 1, now(), 'shop', 'main', 'east',
               'tmall.aliauto.carprofile.sync', CASE n % 10 WHEN 0 THEN 'rejected' ELSE 'success' END,
               CASE n % 10 WHEN 0 THEN 422 ELSE 200 END, repeat('m', \(messageBytes)), 45123, 40000, 1,
               'top' || n, ARRAY['REF-' || n], 300, 200
        FROM (SELECT n, (extract(epoch FROM now()) * 1000)::bigint - n * \(hours)::bigint * 3600000 / \(count) AS ms
              FROM generate_series(1, \(count)) AS n) AS made
        """
    }
}
