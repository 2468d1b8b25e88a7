internal import CLibcurl

/// The data that the connections of a client share in libcurl: resolved addresses. It needs no locks, because only one
/// thread uses it.
final class AddressShare {
    let share: UnsafeMutableRawPointer

    init() throws(CurlError) {
        guard let share = curl_share_init() else { throw .setUpFailed("out of memory") }
        self.share = share
        guard share_data(share, CURL_LOCK_DATA_DNS) == CURLSHE_OK else {
            curl_share_cleanup(share)
            throw .setUpFailed("sharing of addresses failed")
        }
    }

    /// Every easy handle retains the share, so none is left here.
    deinit { curl_share_cleanup(share) }
}
