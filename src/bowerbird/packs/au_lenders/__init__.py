"""Names of lenders, betting agencies, collectors and insolvency firms: risky leaves, which need a second sign."""
