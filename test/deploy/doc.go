// Package deploy tests what is in the folder deploy of the checkout: the Helm
// chart and the compose file, whose servers it starts as they say, beside a
// PostgreSQL, an object store and a balancer.
package deploy
