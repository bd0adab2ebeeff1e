// Package awsapi serves AWS APIs from tables of operations.
//
// A service front lists its operations once, each row naming the shape, the resources it acts on and the function that
// does it:
//
//	awsapi.Op(ecr.PutImage, onRepository, s.putImage)
//	awsapi.Op(sts.GetCallerIdentity, onNothing, s.getCallerIdentity, awsapi.NoAuthorization())
//	awsapi.Unsupported(ecr.UpdateImageStorageClass, "there is no archive storage class")
//
// The [Dispatcher] does the rest for all of them alike, in this order: find the row, authenticate, decode, validate,
// authorise, run, encode, and record what happened in the request's audit event. A row's function cannot forget any of it.
//
// The shapes are generated from the public models; see package gen below this one.
package awsapi

//go:generate go run ./gen/generate
