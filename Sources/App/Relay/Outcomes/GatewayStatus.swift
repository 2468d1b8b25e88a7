/// The HTTP statuses of TOP's gateway.
enum GatewayStatus {
    /// Whether a status says that the address is not that of TOP's gateway, so that nothing was done. TOP's gateway
    /// answers calls with 200.
    static func isOfWrongAddress(_ status: Int) -> Bool {
        300..<400 ~= status || status == 404 || status == 405
    }
}
