"""Who may not teach at a school (从业人员名单), who teaches where, known by the number of her qualification."""
