"""What schools want published of themselves, change by change (机构公示信息)."""
