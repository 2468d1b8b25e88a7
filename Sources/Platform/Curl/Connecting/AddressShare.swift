internal import CLibcurl

/// What the connections of a client share in libcurl: addresses that were looked up. It needs no locks, because one thread
/// uses it.
final class AddressShare {
    let share: UnsafeMutableRawPointer

    init() throws(CurlError) {
        guard let share = curl_share_init() else { throw .setUpFailed("out of memory") }
        self.share = share
        guard share_data(share, CURL_LOCK_DATA_DNS) == CURLSHE_OK else {
            curl_share_cleanup(share)
            throw .setUpFailed("sharing addresses is refused")
        }
    }

    /// Every easy handle holds the share, so that none is left by now.
    deinit { curl_share_cleanup(share) }
}
