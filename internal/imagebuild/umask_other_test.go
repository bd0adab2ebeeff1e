//go:build !unix

package imagebuild

func setUmask(mask int) int { return mask }
