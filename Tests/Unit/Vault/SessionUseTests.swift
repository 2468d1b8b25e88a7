import Crypto
import Testing

@testable import Vault

@Suite("What is noted of sessions")
struct SessionUseTests {
    @Test("Uses are taken once, with the code of the last refusal")
    func takenUses() {
        let use = SessionUse()
        #expect(use.take() == nil)
        use.noteSuccess(at: 5)
        use.noteRefusal(at: 6, code: "27")
        #expect(use.take() == SessionUse.Noted(successAt: 5, refusalAt: 6, refusal: "27"))
        #expect(use.take() == nil)
        use.noteRefusal(at: 7, code: "AccessTokenExpired")
        #expect(use.take()?.refusal == "AccessTokenExpir")
    }

    @Test("Two notes become the later of each")
    func mergedUses() {
        let older = SessionUse.Noted(successAt: 5, refusalAt: 9, refusal: "27")
        let newer = SessionUse.Noted(successAt: 8, refusalAt: nil, refusal: "")
        #expect(older.merged(with: newer) == SessionUse.Noted(successAt: 8, refusalAt: 9, refusal: "27"))
        #expect(newer.merged(with: older) == SessionUse.Noted(successAt: 8, refusalAt: 9, refusal: "27"))
    }

    @Test("A session can be refreshed while its refresh token lasts and TOP has not refused it")
    func possibleRenewals() {
        #expect(!SessionRenewal.none.isPossible(at: 0))
        #expect(SessionRenewal(hasToken: true).isPossible(at: 1))
        #expect(!SessionRenewal(hasToken: true, endsAt: 5).isPossible(at: 5))
        #expect(!SessionRenewal(hasToken: true, needsAuthorisation: true).isPossible(at: 0))
        let app = App(name: "a", appKey: "1", secret: Secret("s"))
        let session = SellerSession(
            app: "a", seller: "x", key: Secret("k"), expiresAt: 10, isDefault: true,
            renewal: SessionRenewal(hasToken: true, endsAt: 20))
        let vault = VaultSnapshot(revision: 1, apps: [app], sessions: [session], tokens: [], keys: [])
        #expect((try? vault.resolveSession(app: app, seller: nil, now: 15)) === session)
        #expect(throws: SessionResolutionError.expired(seller: "x", app: "a")) {
            try vault.resolveSession(app: app, seller: nil, now: 20)
        }
    }
}
