variable "region" {
  type = string
}
# The bucket.
resource "aws_s3_bucket" "data" {
  bucket = "x"
  lifecycle { prevent_destroy = true }
}
locals { a = 1 }
