"""Payment orders (缴费订单): a guardian pays by WeChat Pay what the bank then brings into the supervised account."""
