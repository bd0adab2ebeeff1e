package seal

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that prints, logs and marshals as a placeholder. Only Reveal returns it, a conversion, and
// its use as the key of a map that is marshalled.
type Secret string

const redacted = "REDACTED"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns a placeholder.
func (s Secret) String() string { return redacted }

// Format writes a placeholder for every verb of package fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns a placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a placeholder, in JSON and wherever else text is marshalled.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
