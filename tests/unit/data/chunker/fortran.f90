!> Numerical integration.
module quadrature
  implicit none
  private
  real, parameter :: pi = 3.14
  !> A rule.
  type, public :: rule
    integer :: points
  contains
    procedure :: apply => apply_rule
  end type rule

  interface integrate
    module procedure integrate_real
  end interface integrate

  abstract interface
    function integrand(x) result(y)
      real, intent(in) :: x
      real :: y
    end function integrand
  end interface
contains
  !> Integrates a function.
  !> The step is fixed.
  pure real function integrate_real(f, a, &
                                    b) result(total)
    real, intent(in) :: a, b
    total = 0.0
  end function integrate_real

  SUBROUTINE apply_rule(self)
    class(rule), intent(in) :: self
    real :: total = 0.0
  END SUBROUTINE apply_rule
end module quadrature

submodule (quadrature) details
contains
  module procedure deep
    call apply_rule(x)
  end procedure deep
end submodule details

program main
  use quadrature
  print *, pi
contains
  subroutine inner
  end subroutine inner
end program main
