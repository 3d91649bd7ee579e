# 911 is connected before any rule is asked, and everybody in the house sees who dialled it.
psap is +13035550911 "Emergency service"
101 calls 911
expect 101 dials 911
expect carrier gets INVITE
expect record: … 101 to 911
