package ecrpublicapi

// value returns what p points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// optional returns nil for the empty string, so that the member is absent.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
