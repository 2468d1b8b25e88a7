import Catalog

/// Methods that every TOP gateway has, and that `toprelay doctor` calls. The relay's catalog does not have them.
enum SandboxMethods {
    /// The method that tells the gateway's time.
    static let time = "taobao.time.get"

    /// The entry of a method; nil for any other.
    static func entry(method: String) -> Entry? { catalog?.entry(method: method) }

    private static let catalog = try? Catalog(files: [
        CatalogFile(name: "\(time).yaml", text: timePage),
        CatalogFile(name: "taobao.user.seller.get.yaml", text: sellerPage),
    ])

    private static let timePage = """
        method: taobao.time.get
        title: 获取前台展示的系统当前时间
        category: '店铺API'
        description: '获取淘宝系统当前时间'
        session: none
        request: []
        response_root: time_get_response
        response:
          - {name: time, type: Date, description: '淘宝系统当前时间'}

        """

    private static let sellerPage = """
        method: taobao.user.seller.get
        title: 查询卖家用户信息
        category: '用户API'
        description: '查询卖家用户信息'
        session: required
        request:
          - {name: fields, type: String, required: true, example: 'nick', description: '需要返回的字段列表'}
        response_root: user_seller_get_response
        response:
          - name: user
            type: User
            description: '用户'
            children:
              - {name: nick, type: String, example: 'sandbox_seller', description: '昵称'}

        """
}
