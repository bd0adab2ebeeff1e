//go:build !linux && !darwin && !freebsd

package doctor

import "errors"

// space is not known here.
func space(string) (uint64, error) { return 0, errors.ErrUnsupported }
